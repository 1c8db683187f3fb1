"""Pages are compressed for browsers that ask for it; files go out as they are."""

import gzip

from django.http import FileResponse, HttpResponse
from django.test import RequestFactory

from helpdesk.middleware import CompressedPages


def answered(response):
    request = RequestFactory().get("/", headers={"accept-encoding": "gzip"})
    return CompressedPages(lambda _: response)(request)


def test_a_page_is_compressed_to_a_length_that_says_nothing():
    page = "<p>Grace asks.</p>" * 100

    answers = [answered(HttpResponse(page)) for _ in range(20)]

    assert all(gzip.decompress(answer.content).decode() == page for answer in answers)
    assert len({len(answer.content) for answer in answers}) > 1


def test_a_file_keeps_its_bytes_and_its_length(tmp_path):
    file = tmp_path / "note.html"
    file.write_bytes(b"x" * 1000)

    answer = answered(FileResponse(file.open("rb")))

    assert not answer.has_header("Content-Encoding")
    assert answer["Content-Length"] == "1000"
