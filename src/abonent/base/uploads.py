"""A bound on what one request may bring, also where no proxy stands in front."""

from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import FileUploadHandler

#: As `client_max_body_size` of deploy/nginx.conf: a few photos of meters, each of 12 MB at most.
MOST_BYTES = 64 * 1024 * 1024


class BoundedUpload(FileUploadHandler):
    """First of FILE_UPLOAD_HANDLERS: refuses a form that says it is larger, before a byte of it is read."""

    def handle_raw_input(
        self, input_data: Any, _meta: Any, content_length: int, boundary: Any, encoding: Any = None
    ) -> None:
        """Raises RequestDataTooBig, which is answered 413."""
        if content_length > MOST_BYTES:
            raise RequestDataTooBig(f"the form has {content_length} bytes")

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        return raw_data

    def file_complete(self, file_size: int) -> None:
        return None
