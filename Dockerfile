# Two stages: the first installs the locked dependencies and collects static files, the second has nothing but what runs.
ARG PYTHON=3.13

FROM python:${PYTHON}-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PYTHONDONTWRITEBYTECODE=1
WORKDIR /app
RUN python -m venv /venv
COPY requirements/base.txt requirements/base.txt
RUN /venv/bin/python -m pip install --require-hashes --only-binary :all: --no-binary dkimpy --no-deps -r requirements/base.txt
COPY . .
RUN /venv/bin/python -m scripts.messages compile \
    && STATIC_ROOT=/app/staticfiles /venv/bin/python manage.py collectstatic --noinput --verbosity=0

FROM python:${PYTHON}-slim
ENV PATH=/venv/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 DATA_DIR=/data STATIC_ROOT=/app/staticfiles
RUN useradd --system --uid 10001 --home-dir /data --shell /usr/sbin/nologin helpdesk \
    && install -d -o helpdesk -g helpdesk /data
COPY --from=build /venv /venv
COPY --from=build /app /app
WORKDIR /app
USER 10001
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/readyz', timeout=4)"]
# One process a container: scale by containers. The proxy in front says how the visitor came (BEHIND_PROXY).
CMD ["uvicorn", "helpdesk.asgi:application", "--host", "0.0.0.0", "--port", "8000", "--no-server-header"]
