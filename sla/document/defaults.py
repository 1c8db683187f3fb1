"""What holds when a document leaves it out: statuses, request types and channels, in three languages.

A document that declares further languages reads these in English until it writes its own.
"""

from sla.document.people import Channel, Status
from sla.document.records import Mapped
from sla.document.requests import RequestType
from sla.document.text import Text

STATUSES = (
    ("new", "new", ("New", "Новая", "Nuevo"), ("Received", "Получена", "Recibido")),
    (
        "open",
        "open",
        ("Open", "В работе", "Abierto"),
        ("We are working on it", "Мы работаем над ней", "Estamos en ello"),
    ),
    (
        "pending",
        "pending",
        ("Pending", "Ожидает клиента", "Pendiente del cliente"),
        ("Waiting for your answer", "Ждём вашего ответа", "Esperamos su respuesta"),
    ),
    (
        "on-hold",
        "on_hold",
        ("On hold", "Приостановлена", "En espera"),
        ("On hold: we wait for someone else", "Приостановлена: ждём третью сторону", "En espera de un tercero"),
    ),
    ("solved", "solved", ("Solved", "Решена", "Resuelto"), ("Solved", "Решена", "Resuelto")),
    ("closed", "closed", ("Closed", "Закрыта", "Cerrado"), ("Closed", "Закрыта", "Cerrado")),
    ("refused", "refused", ("Refused", "Отказано", "Rechazado"), ("Refused", "Отказано", "Rechazado")),
)
TYPES = (
    ("incident", ("Incident", "Инцидент", "Incidencia")),
    ("question", ("Question", "Вопрос", "Consulta")),
    ("change", ("Change", "Изменение", "Cambio")),
    ("restore", ("Restore from backup", "Восстановление из копии", "Restauración de copia")),
)
CHANNELS = (
    ("portal", ("Support portal", "Портал поддержки", "Portal de soporte")),
    ("email", ("Email", "Электронная почта", "Correo electrónico")),
    ("chat", ("Live chat", "Онлайн-чат", "Chat en línea")),
    ("phone", ("Phone", "Телефон", "Teléfono")),
    ("letter", ("Letter", "Письмо", "Carta")),
    ("api", ("API", "API", "API")),
)
ALWAYS_ON = ("portal", "api")


def _text(words: tuple[str, str, str], language: str, languages: tuple[str, ...]) -> Text:
    by_language = dict(zip(("en", "ru", "es"), words, strict=True))
    others = [each for each in languages if each != language]
    return Text({each: by_language.get(each, words[0]) for each in (language, *others)})


def statuses(language: str, languages: tuple[str, ...]) -> dict[str, Status]:
    """The usual seven statuses."""
    return Mapped(
        {
            key: Status(
                key=key,
                kind=kind,
                name=_text(name, language, languages),
                customer_name=_text(shown, language, languages),
            )
            for key, kind, name, shown in STATUSES
        }
    )


def request_types(language: str, languages: tuple[str, ...]) -> dict[str, RequestType]:
    """The usual kinds of request."""
    return Mapped({key: RequestType(key=key, name=_text(name, language, languages)) for key, name in TYPES})


def channels(language: str, languages: tuple[str, ...]) -> dict[str, Channel]:
    """All channels, only portal and API open."""
    return Mapped(
        {key: Channel(key=key, name=_text(name, language, languages), on=key in ALWAYS_ON) for key, name in CHANNELS}
    )
