"""The language and zone of a reader: each thread and each task has its own."""

import asyncio
from concurrent.futures import ThreadPoolExecutor
from threading import Thread

import pytest
from asgiref.sync import sync_to_async
from django.utils import timezone, translation

from tenants.ambient import Ambient


def test_another_thread_has_another_language_and_zone():
    seen = []

    with translation.override("ru"), timezone.override("Asia/Tokyo"):
        thread = Thread(target=lambda: seen.append((translation.get_language(), timezone.get_current_timezone_name())))
        thread.start()
        thread.join()
        seen.append((translation.get_language(), timezone.get_current_timezone_name()))

    assert seen == [("en", "UTC"), ("ru", "Asia/Tokyo")]


def test_what_a_thread_of_a_pool_leaves_behind_is_not_seen_in_a_task():
    async def task(language: str) -> str:
        with translation.override(language):
            await asyncio.sleep(0)
            return await sync_to_async(translation.get_language)()

    async def both() -> list[str]:
        return await asyncio.gather(task("ru"), task("es"))

    # The loop has a thread of its own: in this one a browser's may be running already.
    with ThreadPoolExecutor(1) as pool:
        pool.submit(translation.activate, "es").result()
        assert pool.submit(asyncio.run, both()).result() == ["ru", "es"]
    assert translation.get_language() == "en"


def test_nothing_is_there_before_it_is_set_and_after_it_is_deleted():
    kept = Ambient("tried")

    assert not hasattr(kept, "value")
    kept.value = "ru"
    assert kept.value == "ru"
    del kept.value
    with pytest.raises(AttributeError):
        _ = kept.value
