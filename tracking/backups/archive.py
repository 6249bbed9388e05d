"""The file of a backup: a zip, so that any computer opens it, and each part has its checksum."""

import os
import time
import zipfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from glob import escape
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO

from tracking.backups.errors import BackupError
from tracking.backups.files import lock, sync_folder

DRAFT = ".draft"
MANIFEST, SECRET_KEY, UNRECORDED = "manifest.json", "secret_key", "unrecorded.log"


@contextmanager
def writing(path: Path) -> Iterator[zipfile.ZipFile]:
    """Write a file that has its name only once it is whole and on the disk, for its owner only. Raises BackupError where there is one."""
    if path.exists():
        raise BackupError(f"{path} is there already.")
    if not path.parent.is_dir():
        raise BackupError(f"There is no folder {path.parent}.")
    _remove_left(path)
    with NamedTemporaryFile(dir=path.parent, prefix=f".{path.name}.", suffix=DRAFT, delete=False) as draft:
        try:
            with suppress(OSError):  # not every file system does that
                lock(draft.fileno())
            with zipfile.ZipFile(draft, "w", zipfile.ZIP_DEFLATED) as archive:
                yield archive
            draft.flush()
            os.fsync(draft.fileno())
            _name(Path(draft.name), path)
        finally:
            Path(draft.name).unlink(missing_ok=True)


def _remove_left(path: Path) -> None:
    """What one to the same name has left that was killed."""
    for draft in path.parent.glob(f".{escape(path.name)}.*{DRAFT}"):
        with suppress(BackupError, OSError), draft.open("r+b") as left:
            lock(left.fileno())
            draft.unlink()


def _name(draft: Path, path: Path) -> None:
    """Give it its name, unless another file has come to have that. Raises BackupError."""
    try:
        _link(draft, path)
    except FileExistsError:
        raise BackupError(f"{path} is there already.") from None
    sync_folder(path.parent)


def _link(draft: Path, path: Path) -> None:
    try:
        os.link(draft, path)
    except (FileExistsError, FileNotFoundError):
        raise
    except OSError:  # of a file system without links
        path.touch(exist_ok=False)
        draft.replace(path)


@contextmanager
def adding(archive: zipfile.ZipFile, name: str) -> Iterator[IO[bytes]]:
    """Write a part of any size."""
    member = zipfile.ZipInfo(name, time.localtime()[:6])
    member.compress_type, member.external_attr = zipfile.ZIP_DEFLATED, 0o600 << 16
    with archive.open(member, "w", force_zip64=True) as part:
        yield part


@contextmanager
def reading(path: Path) -> Iterator[zipfile.ZipFile]:
    """Open a backup, and see that all of it is as it was written. Raises BackupError."""
    with ExitStack() as stack:
        try:
            archive = stack.enter_context(zipfile.ZipFile(path))
            broken = archive.testzip()
        except OSError:
            raise
        except Exception as error:  # of many kinds, as it is damaged
            raise BackupError(f"{path} is no backup, or not whole: {error}.") from error
        if broken is not None:
            raise BackupError(f"{path} is damaged: {broken} is not as it was written.")
        if MANIFEST not in archive.namelist():
            raise BackupError(f"{path} is no backup of Chore: it has no {MANIFEST}.")
        yield archive
