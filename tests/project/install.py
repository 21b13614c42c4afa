#!/usr/bin/env python3
"""Installs a build into an empty folder, checks what arrived and that it runs: install.py BUILD

With --deb also builds the Debian package and checks its content and dependencies (77 = skipped: no dpkg-dev)."""
import pathlib
import shutil
import subprocess
import sys
import tempfile

PROGRAMS = ("simrec", "simreplay", "simtrace")
EXPECTED = (
    *(f"bin/{p}" for p in PROGRAMS),
    *(f"share/man/man1/{p}.1" for p in PROGRAMS),
    *(f"share/bash-completion/completions/{p}" for p in PROGRAMS),
    *(f"share/zsh/site-functions/_{p}" for p in PROGRAMS),
    *(f"share/fish/vendor_completions.d/{p}.fish" for p in PROGRAMS),
    "share/simrec/trace.capnp", "share/simrec/prediction.capnp",
    "share/simrec/platforms/laptop.xml", "share/simrec/platforms/two-sites.xml",
    "share/doc/simrec/README.md", "share/doc/simrec/LICENSE",
)


def output(*command, **options):
    return subprocess.run(command, check=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True, **options).stdout


def check_tree(prefix):
    missing = [name for name in EXPECTED if not (prefix / name).is_file()]
    present = {str(p.relative_to(prefix)) for p in prefix.rglob("*") if p.is_file()}
    stray = [n for n in present if not n.startswith(("bin/sim", "share/man/man1/", "share/simrec/", "share/doc/simrec/",
                                                       "share/bash-completion/", "share/zsh/", "share/fish/"))]
    assert not missing, f"not installed: {missing}"
    assert not stray, f"installed without need: {stray}"


def check_install(build, scratch):
    prefix = scratch / "prefix"
    output("cmake", "--install", build, "--prefix", prefix)
    check_tree(prefix)
    for program in PROGRAMS:
        version = output(prefix / "bin" / program, "--version")
        assert any(c.isdigit() for c in version), f"{program} --version printed {version!r}"
        assert program in output(prefix / "bin" / program, "--help"), f"{program} --help does not name itself"


def check_deb(build, scratch):
    if not shutil.which("dpkg-shlibdeps") or not shutil.which("dpkg-deb"):
        print("skipped: dpkg-dev is not installed")
        sys.exit(77)
    output("cpack", "-G", "DEB", "--config", f"{build}/CPackConfig.cmake", "-B", scratch)
    package, = scratch.glob("*.deb")
    output("dpkg-deb", "-x", package, scratch / "unpacked")
    check_tree(scratch / "unpacked" / "usr")
    depends = output("dpkg-deb", "-f", package, "Depends")
    for library in ("libc6", "libcapnp", "libzstd", "libsimgrid", "libunwind"):
        assert library in depends, f"{library} is not among the dependencies: {depends}"
    print(package.name, "depends on", depends.strip())


def main():
    build = sys.argv[1]
    with tempfile.TemporaryDirectory(prefix="simrec-install.") as scratch:
        (check_deb if "--deb" in sys.argv else check_install)(build, pathlib.Path(scratch))


main()
