"""Django's multipart parser, made so that nothing about a file can cost the text of a form."""

from typing import Protocol

from django.core.exceptions import SuspiciousMultipartForm, TooManyFilesSent
from django.http import HttpRequest, QueryDict
from django.http.multipartparser import MultiPartParser, MultiPartParserError, exhaust


class _Handler(Protocol):
    """What the parser tells the upload handler beyond what Django's own would."""

    text_so_far: QueryDict

    def broke_off(self) -> None: ...


class Body:
    """A request body whose connection may break: that reads like its end, so what came before is kept."""

    def __init__(self, body: HttpRequest) -> None:
        self._body = body

    def read(self, *args: int) -> bytes:
        try:
            return self._body.read(*args)
        except OSError:
            return b""


class Parser(MultiPartParser):
    """Django's parser, but no file may cost the text that came before it, and that text can be read before a file."""

    def __init__(self, handler: _Handler, meta: dict, body: Body, encoding: str | None) -> None:
        super().__init__(meta, body, [handler], encoding)
        self._handler = handler

    @property
    def _post(self) -> QueryDict:
        return self._text

    @_post.setter
    def _post(self, value: QueryDict) -> None:
        self._text = self._handler.text_so_far = value

    def parse(self):
        try:
            return super().parse()
        except (MultiPartParserError, SuspiciousMultipartForm, TooManyFilesSent):
            # Malformed, or more files than there are slots: go on as if the body had ended here.
            self._handler.broke_off()
            exhaust(self._input_data)
            self._post._mutable = False
            return self._post, self._files

    def sanitize_file_name(self, file_name: str) -> str:
        """Django drops a file without a word when nothing usable is left of its name; here it gets another."""
        return super().sanitize_file_name(file_name) or "file"
