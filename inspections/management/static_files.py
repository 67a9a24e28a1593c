"""Static files, gathered once and again only when one of them has changed."""

from hashlib import sha256
from pathlib import Path

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command


def collect_when_changed() -> bool:
    """Gather and compress static files unless the last time was for exactly these. Returns whether it was needed."""
    mark = Path(settings.STATIC_ROOT) / ".gathered"
    present = _fingerprint()
    if mark.is_file() and mark.read_text() == present:
        return False
    mark.unlink(missing_ok=True)
    call_command("collectstatic", interactive=False, clear=True, verbosity=0)
    mark.write_text(present)
    return True


def _fingerprint() -> str:
    """A hash over the names, sizes and times of all sources, and of how they are stored."""
    digest = sha256(str(settings.STORAGES["staticfiles"]).encode())
    for finder in get_finders():
        for name, storage in finder.list([]):
            found = Path(storage.path(name)).stat()
            digest.update(f"{name} {found.st_size} {found.st_mtime_ns}\n".encode())
    return digest.hexdigest()
