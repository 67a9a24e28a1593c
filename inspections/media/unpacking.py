"""Files that lie compressed, for readers who do not take them so."""

import gzip
import re

from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import patch_vary_headers


def unpacked_where_needed(request: HttpRequest, answer: HttpResponseBase) -> HttpResponseBase:
    """The answer as it is to a reader who takes gzip; to any other with its content unpacked, all of it in memory."""
    patch_vary_headers(answer, ["Accept-Encoding"])
    if re.search(r"\bgzip\b", request.headers.get("Accept-Encoding", "")):
        return answer
    if not isinstance(answer, FileResponse) or answer.get("Content-Encoding") != "gzip":
        return answer
    plain = HttpResponse(gzip.decompress(answer.getvalue()))
    # Only the file: closing the answer would tell Django that the request is over.
    if answer.file_to_stream:
        answer.file_to_stream.close()
    for name, value in answer.items():
        if name not in ("Content-Encoding", "Content-Length"):
            plain[name] = value
    # Other bytes than those that the strong tag is of, but the same content.
    plain["ETag"] = f"W/{answer['ETag']}"
    return plain
