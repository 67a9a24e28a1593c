"""The examination of an uploaded file: is it one photo, is it whole, and what does it say about itself?

Everything is read from headers and structure; no pixel is ever decoded, and memory stays small whatever the
size of the file. What only decoding can find is found later, by the worker.
"""

from inspections.uploads.checksums import hash_stream
from inspections.uploads.examination import examine_photo
from inspections.uploads.facts import PhotoFacts, PhotoLimits
from inspections.uploads.names import clean_name

__all__ = ["PhotoFacts", "PhotoLimits", "clean_name", "examine_photo", "hash_stream"]
