"""Whatever raises, whatever kills the process: the old file is there whole, or the new one is."""

# ruff: noqa: PT012 - what is raised inside of a session is raised in a block

from __future__ import annotations

import errno
import io
import os
import random
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import textwrap
import threading
import time
import warnings
import zipfile
from collections.abc import Iterator
from pathlib import Path

import fakes
import numpy as np
import pytest
from children import python_environment

import iio_core as iio
from iio_core._resources import _atomic, open_target

OLD = b"what was there before, to the byte"
IMAGE = np.arange(12, dtype=np.uint8).reshape(3, 4)
DATA = fakes.encode(IMAGE)

posix_only = pytest.mark.skipif(os.name != "posix", reason="this system has no such thing")
linux_only = pytest.mark.skipif(sys.platform != "linux", reason="only Linux has O_TMPFILE")
pytestmark = pytest.mark.usefixtures("fake")


@pytest.fixture(params=["nameless", "hidden"])
def how(request, monkeypatch) -> str:
    """Write as Linux does, and as other systems and some file systems do."""
    if request.param == "nameless" and sys.platform != "linux":
        pytest.skip("only Linux has O_TMPFILE")
    if request.param == "hidden":
        monkeypatch.setattr(_atomic.sys, "platform", "other")
    return request.param


@pytest.fixture
def target(tmp_path) -> Path:
    folder = tmp_path / "folder"
    folder.mkdir()
    path = folder / "x.fake"
    path.write_bytes(OLD)
    return path


def left(target: Path) -> list[str]:
    """Return what is in the directory of a target."""
    return sorted(os.listdir(target.parent))


# One-shot writes


def test_a_write_replaces_the_file_and_leaves_nothing_else(target, how) -> None:
    assert iio.imwrite(target, IMAGE) is None
    assert target.read_bytes() == DATA and left(target) == ["x.fake"]
    new = target.with_name("new.fake")
    iio.imwrite(new, IMAGE)
    assert new.read_bytes() == DATA and left(target) == ["new.fake", "x.fake"]


def broken_iterable():
    yield IMAGE
    raise ZeroDivisionError("the caller's own")


@pytest.mark.parametrize(
    ("images", "options", "error"),
    [
        (IMAGE, {"fail": "in the encoder"}, iio.EncodeError),
        (IMAGE, {"fail": "interrupt"}, KeyboardInterrupt),
        (IMAGE.astype(float), {}, iio.EncodeError),
        (IMAGE.reshape(-1), {}, iio.EncodeError),
        ([IMAGE, IMAGE.astype(complex)], {}, iio.EncodeError),
        ([IMAGE, "text"], {}, iio.EncodeError),
        ([[1, 2], [3]], {}, iio.EncodeError),
        (broken_iterable, {}, ZeroDivisionError),
        ([], {}, iio.EncodeError),
        (np.zeros((0, 3, 4, 3), np.uint8), {}, iio.EncodeError),
        (IMAGE, {"level": 10}, iio.OptionError),
        (IMAGE, {"lvl": 1}, iio.OptionError),
        (IMAGE, {"plugin": "none"}, iio.NoPluginError),
        (IMAGE, {"extension": ".none"}, iio.NoPluginError),
    ],
)
@pytest.mark.parametrize("exists", [True, False], ids=["over", "new"])
def test_whatever_raises_the_old_file_stays(target, how, images, options, error, exists) -> None:
    if not exists:
        target.unlink()
    with pytest.raises(error):
        iio.imwrite(target, images() if callable(images) else images, **options)
    assert left(target) == (["x.fake"] if exists else [])
    assert not exists or target.read_bytes() == OLD


@pytest.mark.parametrize("error", [RuntimeError("abort"), OSError(errno.EIO, "abort")])
def test_an_error_of_the_abort_does_not_hide_the_first_one(target, monkeypatch, error) -> None:
    monkeypatch.setattr(fakes.FakeWriter, "abort", fakes.raiser(error))
    with pytest.raises(ZeroDivisionError):
        iio.imwrite(target, broken_iterable())
    with pytest.raises(iio.EncodeError, match="in the encoder"):
        iio.imwrite(target, IMAGE, fail="in the encoder")
    assert target.read_bytes() == OLD and left(target) == ["x.fake"]


@linux_only
def test_a_new_file_gets_its_name_in_one_step(target, monkeypatch) -> None:
    new = target.with_name("new.fake")
    monkeypatch.setattr(_atomic.os, "replace", fakes.raiser(AssertionError("it has two names")))
    iio.imwrite(new, IMAGE)
    assert new.read_bytes() == DATA and left(target) == ["new.fake", "x.fake"]


@linux_only
@pytest.mark.parametrize("number", [errno.ENOENT, errno.EPERM, errno.EXDEV])
@pytest.mark.parametrize("mode", [None, 0o640], ids=["new", "over"])
def test_a_system_without_proc(target, monkeypatch, number, mode) -> None:
    synced = set()
    monkeypatch.setattr(_atomic.os, "link", fakes.raiser(OSError(number, "no")))
    monkeypatch.setattr(_atomic.os, "fsync", lambda handle: synced.add(os.fstat(handle).st_ino))
    path = target.with_name("new.fake")
    if mode is not None:
        path.write_bytes(OLD)
        path.chmod(mode)
    iio.imwrite(path, IMAGE, fsync=True)
    assert path.read_bytes() == DATA and left(target) == ["new.fake", "x.fake"]
    assert mode is None or stat.S_IMODE(path.stat().st_mode) == mode
    assert path.stat().st_ino in synced


def test_a_file_that_somebody_else_makes_meanwhile_is_replaced(target, how) -> None:
    new = target.with_name("new.fake")

    def images():
        yield IMAGE
        new.write_bytes(OLD)

    iio.imwrite(new, images())
    assert new.read_bytes() == DATA and left(target) == ["new.fake", "x.fake"]


@pytest.mark.parametrize("step", ["fsync", "replace", "link", "fchmod"])
def test_whatever_the_system_refuses_the_old_file_stays(target, how, monkeypatch, step) -> None:
    if step == "link" and how == "hidden":
        step = "replace"
    monkeypatch.setattr(
        _atomic.os, step, fakes.raiser(OSError(errno.EIO, "Input/output error")), raising=False
    )
    with pytest.raises(OSError, match="Input/output error") as caught:
        iio.imwrite(target, IMAGE, fsync=True)
    assert not isinstance(caught.value, iio.IIOError)
    assert target.read_bytes() == OLD and left(target) == ["x.fake"]


@pytest.mark.parametrize("step", ["replace", "link"])
def test_ctrl_c_right_behind_a_step_leaves_nothing_beside_it(
    target, how, monkeypatch, step
) -> None:
    if step == "link" and how == "hidden":
        step = "replace"  # nothing is linked
    real = getattr(os, step)

    def interrupted(*args, **options):
        real(*args, **options)
        raise KeyboardInterrupt

    monkeypatch.setattr(_atomic.os, step, interrupted)
    with pytest.raises(KeyboardInterrupt):
        iio.imwrite(target, IMAGE)
    assert target.read_bytes() == (DATA if step == "replace" else OLD)
    assert left(target) == ["x.fake"]


def handles() -> set[str]:
    return {
        os.readlink(f"/proc/self/fd/{n}")
        for n in os.listdir("/proc/self/fd")
        if os.path.islink(f"/proc/self/fd/{n}")
    }


@linux_only
def test_no_handle_stays_open(target, how) -> None:
    before = handles()
    iio.imwrite(target, IMAGE, fsync=True)
    with pytest.raises(iio.EncodeError):
        iio.imwrite(target, IMAGE, fail="x")
    with pytest.raises(iio.EncodeError), iio.imopen(target, "w") as file:
        file.write(IMAGE, fail="x")
    iio.imread(target)
    with pytest.raises(iio.DecodeError):
        iio.imread(DATA[:20])
    assert handles() <= before


def test_fsync_is_on_request(target, how, monkeypatch) -> None:
    synced = []
    real = os.fsync
    monkeypatch.setattr(
        _atomic.os,
        "fsync",
        lambda n: (synced.append(stat.S_ISDIR(os.fstat(n).st_mode)), real(n))[1],
    )
    iio.imwrite(target, IMAGE)
    assert synced == []
    iio.imwrite(target, IMAGE, fsync=True)
    assert synced == ([False, True] if os.name == "posix" else [False])


def test_a_directory_that_cannot_be_synced_is_no_failure(target, monkeypatch) -> None:
    real = os.fsync

    def fsync(number):
        if stat.S_ISDIR(os.fstat(number).st_mode):
            raise OSError(errno.EINVAL, "Invalid argument")
        real(number)

    monkeypatch.setattr(_atomic.os, "fsync", fsync)
    iio.imwrite(target, IMAGE, fsync=True)
    assert target.read_bytes() == DATA


@linux_only
@pytest.mark.parametrize("number", [errno.EOPNOTSUPP, errno.EISDIR, errno.EINVAL])
def test_a_file_system_without_nameless_files(target, monkeypatch, number) -> None:
    real = os.open

    def without(path, flags, *args, **options):
        if flags & os.O_TMPFILE == os.O_TMPFILE:
            raise OSError(number, "not here")
        return real(path, flags, *args, **options)

    monkeypatch.setattr(_atomic.os, "open", without)
    iio.imwrite(target, IMAGE)
    assert target.read_bytes() == DATA and left(target) == ["x.fake"]


@linux_only
def test_other_errors_of_nameless_files_are_told(target, monkeypatch) -> None:
    monkeypatch.setattr(_atomic.os, "open", fakes.raiser(OSError(errno.EMFILE, "Too many")))
    with pytest.raises(OSError, match="Too many"):
        iio.imwrite(target, IMAGE)
    assert target.read_bytes() == OLD


# What the target is


@posix_only
@pytest.mark.parametrize("mode", [0o600, 0o664, 0o755])
def test_the_mode_is_kept(target, how, mode) -> None:
    target.chmod(mode)
    iio.imwrite(target, IMAGE)
    assert stat.S_IMODE(target.stat().st_mode) == mode and target.read_bytes() == DATA


@posix_only
def test_a_new_file_has_the_mode_of_every_new_file(target, how) -> None:
    before = os.umask(0o027)
    try:
        iio.imwrite(target.with_name("new.fake"), IMAGE)
    finally:
        os.umask(before)
    assert stat.S_IMODE(target.with_name("new.fake").stat().st_mode) == 0o640


def test_the_mode_is_kept_where_only_names_have_one(target, monkeypatch) -> None:
    monkeypatch.setattr(_atomic.sys, "platform", "other")
    monkeypatch.delattr(_atomic.os, "fchmod", raising=False)
    target.chmod(0o600)
    iio.imwrite(target, IMAGE)
    assert target.read_bytes() == DATA
    assert os.name != "posix" or stat.S_IMODE(target.stat().st_mode) == 0o600


def test_windows_renames_no_open_file(target, monkeypatch) -> None:
    monkeypatch.setattr(_atomic.sys, "platform", "win32")
    replaced = []
    made = open_target(target)
    made.open().write(DATA)
    file = made.open()
    monkeypatch.setattr(_atomic.os, "name", "nt")
    real = os.replace
    monkeypatch.setattr(
        _atomic.os, "replace", lambda a, b: (replaced.append(file.closed), real(a, b))
    )
    made.commit()
    assert replaced == [True] and target.read_bytes() == DATA


@posix_only
def test_a_link_is_followed_and_stays_a_link(target, how, tmp_path) -> None:
    link = tmp_path / "link.fake"
    link.symlink_to("folder/x.fake")
    iio.imwrite(link, IMAGE)
    assert link.is_symlink() and target.read_bytes() == DATA and left(target) == ["x.fake"]
    target.unlink()
    iio.imwrite(link, IMAGE)
    assert link.is_symlink() and target.read_bytes() == DATA


@posix_only
def test_a_device_is_written_straight(tmp_path) -> None:
    before = os.stat("/dev/null").st_rdev
    iio.imwrite("/dev/null", IMAGE, extension=".fake", fsync=True)
    with iio.imopen("/dev/null", "w", extension=".fake") as file:
        file.write(IMAGE)
    assert stat.S_ISCHR(os.stat("/dev/null").st_mode) and os.stat("/dev/null").st_rdev == before
    assert not [n for n in os.listdir("/dev") if n.startswith((".null", "null.", ".iio"))]
    device = open_target("/dev/null", extension=".fake")
    with device.as_path() as path:
        path.write_bytes(DATA)
        assert not str(path).startswith("/dev")
    device.commit()


@posix_only
def test_a_full_device_is_an_error_of_the_system() -> None:
    if not os.path.exists("/dev/full"):
        pytest.skip("this system has no /dev/full")
    with pytest.raises(OSError, match="No space left") as caught:
        iio.imwrite("/dev/full", IMAGE, extension=".fake")
    assert caught.value.errno == errno.ENOSPC


def test_what_would_fail_in_the_end_is_refused_at_once(target) -> None:
    with pytest.raises(IsADirectoryError):
        iio.imwrite(target.parent, IMAGE, extension=".fake")
    with pytest.raises(FileNotFoundError, match="directory to write to does not exist"):
        iio.imwrite(target.parent / "no" / "x.fake", IMAGE)
    assert left(target) == ["x.fake"]


def test_a_name_may_be_as_long_as_the_file_system_allows(target, how) -> None:
    long = target.with_name("x" * 250 + ".fake")
    iio.imwrite(long, IMAGE)
    assert long.read_bytes() == DATA and len(left(target)) == 2


def as_nobody(code: str, *args: str) -> str:
    """Run code as a user for whom permissions count; everything is imported before."""
    code = textwrap.dedent(
        """
        import os, sys, warnings, tempfile, numpy as np, iio_core as iio, fakes
        iio.registry.plugins, iio.imwrite, iio.imread
        iio.register(fakes.SPEC)
        iio.imread(fakes.encode(np.zeros((2, 2), np.uint8)))
        iio.imwrite("<bytes>", np.zeros((2, 2), np.uint8), extension=".fake")
        image = np.arange(12, dtype=np.uint8).reshape(3, 4)
        if os.getuid() == 0:
            os.setgroups([])
            os.setgid(65534)
            os.setuid(65534)
        """
    ) + textwrap.dedent(code)
    command = [sys.executable, "-c", code, *args]
    env = python_environment() | {"IIO_PLUGINS": ""}
    done = subprocess.run(command, capture_output=True, text=True, env=env, timeout=60)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


@pytest.fixture
def reachable() -> Iterator[Path]:
    """Return a target in a folder that everybody can reach, which those of pytest are not."""
    with tempfile.TemporaryDirectory(prefix="iio-test-") as folder:
        path = Path(folder, "x.fake")
        path.write_bytes(OLD)
        path.parent.chmod(0o755)
        yield path
        path.parent.chmod(0o755)


@posix_only
def test_a_read_only_file_is_refused(reachable) -> None:
    reachable.parent.chmod(0o777)
    reachable.chmod(0o444)
    said = as_nobody(
        """
        path = sys.argv[1]
        for write in (lambda: iio.imwrite(path, image), lambda: iio.imopen(path, "w")):
            try:
                write()
            except PermissionError as error:
                print(error)
        """,
        str(reachable),
    )
    assert said.count("the file may not be written to") == 2
    assert reachable.read_bytes() == OLD and left(reachable) == ["x.fake"]


@posix_only
def test_a_read_only_directory_takes_no_new_file(reachable) -> None:
    reachable.parent.chmod(0o555)
    said = as_nobody(
        """
        try:
            iio.imwrite(sys.argv[1], image)
        except PermissionError as error:
            print(error)
        """,
        str(reachable.with_name("new.fake")),
    )
    reachable.parent.chmod(0o755)
    assert "the directory may not be written to" in said and left(reachable) == ["x.fake"]


@posix_only
def test_a_directory_that_may_only_be_written_to(reachable) -> None:
    reachable.chmod(0o666)
    reachable.parent.chmod(0o333)
    as_nobody(
        """
        for name in ("x.fake", "new.fake"):
            iio.imwrite(os.path.join(sys.argv[1], name), image)
        """,
        str(reachable.parent),
    )
    reachable.parent.chmod(0o755)
    assert left(reachable) == ["new.fake", "x.fake"]
    for name in left(reachable):
        assert reachable.with_name(name).read_bytes() == DATA


@posix_only
@pytest.mark.parametrize("system", ["linux", "other"])
def test_a_writable_file_in_a_read_only_directory_is_written_in_place(reachable, system) -> None:
    reachable.chmod(0o666)
    reachable.parent.chmod(0o555)
    said = as_nobody(
        """
        from iio_core._resources import _atomic, open_target
        _atomic.sys.platform = sys.argv[2]
        def show(*a): print(a[1].__name__, a[0])
        warnings.showwarning = show
        warnings.simplefilter("always")
        target = open_target(sys.argv[1])
        with target.as_path() as path:
            path.write_bytes(b"by path")
        target.commit()
        print(open(sys.argv[1]).read())
        with iio.imopen(sys.argv[1], "w") as file:
            file.write(image)
        iio.imwrite(sys.argv[1], image)
        """,
        str(reachable),
        system,
    )
    reachable.parent.chmod(0o755)
    assert said.count("IIOWarning") == 3 and said.count("written in place") == 3
    assert "by path" in said
    assert reachable.read_bytes() == DATA and left(reachable) == ["x.fake"]


@posix_only
def test_what_is_written_in_place_is_whole_or_as_it_was(reachable) -> None:
    reachable.chmod(0o666)
    before = reachable.read_bytes()
    reachable.parent.chmod(0o555)
    as_nobody(
        """
        warnings.simplefilter("ignore")
        def images():
            yield image
            raise RuntimeError("mine")
        for wrong in (images(), image.astype(complex)):
            try:
                iio.imwrite(sys.argv[1], wrong)
            except (RuntimeError, iio.EncodeError) as error:
                print(error)
        """,
        str(reachable),
    )
    reachable.parent.chmod(0o755)
    assert reachable.read_bytes() == before and left(reachable) == ["x.fake"]


@pytest.mark.parametrize("number", [errno.EBUSY, errno.EPERM, errno.EXDEV])
def test_a_refused_rename_is_written_in_place_with_a_warning(
    target, how, monkeypatch, number
) -> None:
    def refuse(*args: object) -> None:
        raise OSError(number, "no")

    monkeypatch.setattr(os, "replace", refuse)
    with pytest.warns(iio.IIOWarning, match=r"cannot be replaced \(no\); it is written in place"):
        iio.imwrite(target, IMAGE)
    assert target.read_bytes() == DATA and left(target) == ["x.fake"]


@posix_only
def test_a_fork_leaves_the_session_to_its_parent(tmp_path) -> None:
    import warnings

    path = tmp_path / "x.fake"
    with iio.imopen(path, "w", plugin=fakes.SPEC) as file:
        file.write(IMAGE)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)  # of forks beside threads
            child = os.fork()
        if not child:
            file.close()
            file.abort()
            os._exit(0)
        os.waitpid(child, 0)
        assert left(path) == ["x.part.fake"]
        file.write(IMAGE)
    assert left(path) == ["x.fake"]
    assert len(iio.imread(path, index=..., plugin=fakes.SPEC)) == 2


# Full disks


@posix_only
@pytest.mark.parametrize("size", [100, 70_000, 300_000])
def test_a_file_that_may_not_grow(target, how, size, run) -> None:
    code = """
    import resource, sys, numpy as np, iio_core as iio, fakes
    from iio_core._resources import _atomic
    iio.imread(fakes.encode(np.zeros((2, 2), np.uint8)), plugin=fakes.SPEC)
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), int(sys.argv[2])))
    if sys.argv[3] == "hidden":
        _atomic.sys.platform = "other"
    try:
        iio.imwrite(sys.argv[1], np.zeros((5, 300, 300), np.uint8), plugin=fakes.SPEC)
    except OSError as error:
        print(error.errno, isinstance(error, iio.IIOError))
    """
    done = run(
        textwrap.dedent(code),
        str(target),
        str(size),
        how,
        IIO_PLUGINS="",
        PYTHONDONTWRITEBYTECODE="1",
    )
    assert done.stdout.split() == [str(errno.EFBIG), "False"], done.stderr
    assert done.stderr == ""
    assert target.read_bytes() == OLD and left(target) == ["x.fake"]


@linux_only
@pytest.mark.parametrize("session", ["", "session"])
def test_a_full_disk(tmp_path, session) -> None:
    code = textwrap.dedent(
        """
        import os, sys, numpy as np, iio_core as iio, fakes
        folder, session = sys.argv[1:]
        path = os.path.join(folder, "x.fake")
        small = np.zeros((10, 10), np.uint8)
        iio.imwrite(path, small, plugin=fakes.SPEC)
        before = open(path, "rb").read()
        try:
            if session:
                with iio.imopen(path, "w", plugin=fakes.SPEC) as file:
                    for _ in range(100):
                        file.write(np.zeros((100, 1000), np.uint8))
            else:
                iio.imwrite(path, np.zeros((100, 100, 1000), np.uint8), plugin=fakes.SPEC)
        except OSError as error:
            print(error.errno, isinstance(error, iio.IIOError))
        print(open(path, "rb").read() == before, os.listdir(folder))
        """
    )
    mount = 'mount -t tmpfs -o size=1m tmpfs "$1" && exec "$2" -c "$3" "$1" "$4"'
    command = [
        "unshare",
        "-rm",
        "sh",
        "-c",
        mount,
        "sh",
        str(tmp_path),
        sys.executable,
        code,
        session,
    ]
    if shutil.which("unshare") is None:
        pytest.skip("there is no unshare here")
    env = python_environment() | {"IIO_PLUGINS": ""}
    done = subprocess.run(command, capture_output=True, text=True, env=env, timeout=60)
    if "unshare" in done.stderr or "mount" in done.stderr:
        pytest.skip(f"no file system can be mounted here: {done.stderr.strip()}")
    assert done.returncode == 0, done.stderr
    assert done.stdout.split("\n")[:2] == [f"{errno.ENOSPC} False", "True ['x.fake']"], done.stdout


# Killed processes


@linux_only
@pytest.mark.slow
def test_a_killed_process_leaves_the_old_file_or_the_new_one(target) -> None:
    images = [np.full((64, 64), n, np.uint8) for n in range(2)]
    whole = {fakes.encode(*[image] * 3) for image in images}
    iio.imwrite(target, [images[0]] * 3)
    # Each writer is a fork of one process that has imported everything.
    code = textwrap.dedent(
        """
        import os, sys, numpy as np, iio_core as iio, fakes
        images = [np.full((64, 64), n, np.uint8) for n in range(2)]
        def write():
            with iio.use(fakes.SPEC, only=True):
                while True:
                    for image in reversed(images):
                        iio.imwrite(sys.argv[1], [image] * 3)
        iio.imread(open(sys.argv[1], "rb"), plugin=fakes.SPEC)
        for line in sys.stdin:
            child = os.fork()
            if not child:
                write()
            print(child, flush=True)
            print(os.waitpid(child, 0)[1], flush=True)
        """
    )
    chance = random.Random(0)
    hidden, seen = 0, set()
    mother = subprocess.Popen(
        [sys.executable, "-c", code, str(target)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=python_environment() | {"IIO_PLUGINS": ""},
    )
    for number in range(200):
        mother.stdin.write("\n")
        mother.stdin.flush()
        child = int(mother.stdout.readline())
        # Longer and longer on a busy machine, until both files have been seen.
        time.sleep(chance.uniform(0, 0.01 if seen == whole else 0.01 + number / 200))
        os.kill(child, signal.SIGKILL)
        assert mother.stdout.readline() == f"{signal.SIGKILL:d}\n"
        seen.add(target.read_bytes())
        assert seen <= whole
        for name in left(target):
            if name != "x.fake":
                # Between the link and the rename: a whole file under a hidden name.
                assert name.startswith(".x.fake.") and name.endswith(".tmp"), name
                assert (target.parent / name).read_bytes() in whole
                (target.parent / name).unlink()
                hidden += 1
    with mother:
        mother.stdin.close()
    assert seen == whole, "it was always killed at the same moment"
    assert hidden < 20, "it is the exception"


@linux_only
def test_a_process_killed_in_the_encoder_leaves_nothing(target) -> None:
    code = textwrap.dedent(
        """
        import sys, numpy as np, iio_core as iio, fakes
        def images():
            yield np.zeros((500, 500), np.uint8)
            print("in the middle", flush=True)
            sys.stdin.read()
        iio.imwrite(sys.argv[1], images(), plugin=fakes.SPEC)
        """
    )
    child = subprocess.Popen(
        [sys.executable, "-c", code, str(target)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=python_environment() | {"IIO_PLUGINS": ""},
    )
    with child:
        assert child.stdout.readline() == b"in the middle\n"
        child.kill()
    assert target.read_bytes() == OLD and left(target) == ["x.fake"]


# Sessions


def test_a_session_is_visible_until_it_is_closed(target) -> None:
    with iio.imopen(target, "w") as file:
        assert left(target) == ["x.fake", "x.part.fake"]
        file.write(IMAGE)
        assert target.read_bytes() == OLD
    assert target.read_bytes() == DATA and left(target) == ["x.fake"]


def test_what_a_crash_has_left_is_not_overwritten(target) -> None:
    (target.parent / "x.part.fake").write_bytes(b"six hours")
    with iio.imopen(target, "w") as file:
        file.write(IMAGE)
        assert left(target) == ["x.fake", "x.part.fake", "x.part2.fake"]
    assert left(target) == ["x.fake", "x.part.fake"]
    assert (target.parent / "x.part.fake").read_bytes() == b"six hours"


def test_unfinished_files_are_not_counted_without_end(target, monkeypatch) -> None:
    monkeypatch.setattr(
        _atomic.os, "open", fakes.raiser(FileExistsError(errno.EEXIST, "File exists"))
    )
    with pytest.raises(FileExistsError, match="too many unfinished files"):
        iio.imopen(target, "w")


@pytest.mark.parametrize("error", [ZeroDivisionError, KeyboardInterrupt, SystemExit])
def test_a_session_keeps_what_it_accepted_when_the_users_code_fails(target, error) -> None:
    with pytest.raises(error), iio.imopen(target, "w") as file:
        file.write(IMAGE)
        raise error
    assert target.read_bytes() == DATA and left(target) == ["x.fake"]


def test_a_session_keeps_what_it_accepted_when_ctrl_c_hits_the_encoder(target) -> None:
    with pytest.raises(KeyboardInterrupt), iio.imopen(target, "w") as file:
        file.write(IMAGE)
        file.write(IMAGE, fail="interrupt")
    assert target.read_bytes().startswith(DATA[:-1]) and left(target) == ["x.fake"]


@pytest.fixture
def interrupts() -> Iterator[None]:
    """Have Ctrl-C do what it does in a terminal, also where the tests run in the background."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@posix_only
@pytest.mark.usefixtures("interrupts")
def test_ctrl_c_waits_for_the_image_that_is_being_encoded(target, monkeypatch) -> None:
    real = fakes.time.sleep

    def pause(seconds):
        assert signal.getsignal(signal.SIGINT) is not signal.default_int_handler
        os.kill(os.getpid(), signal.SIGINT)
        real(seconds)

    monkeypatch.setattr(fakes.time, "sleep", pause)
    with pytest.raises(KeyboardInterrupt), iio.imopen(target, "w") as file:
        file.write(IMAGE, pause=0.01)
        raise AssertionError("it was not interrupted")
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler
    assert target.read_bytes() == DATA
    # A second one does not wait, and a one-shot write stops at once.
    monkeypatch.setattr(fakes.time, "sleep", lambda seconds: (pause(0.01), pause(0.01)))
    with pytest.raises(KeyboardInterrupt), iio.imopen(target, "w") as file:
        file.write(IMAGE, pause=0.01)
    assert file.written == 0 and target.read_bytes() == DATA
    monkeypatch.setattr(fakes.time, "sleep", lambda s: os.kill(os.getpid(), signal.SIGINT))
    with pytest.raises(KeyboardInterrupt):
        iio.imwrite(target, [IMAGE, IMAGE], pause=0.01)
    assert target.read_bytes() == DATA and left(target) == ["x.fake"]


def test_other_threads_and_handlers_of_the_caller_are_left_alone(target) -> None:
    seen = []

    def record() -> None:
        with iio.use(fakes.SPEC), iio.imopen(target, "w") as file:
            file.write(IMAGE, pause=0.001)
            seen.append(signal.getsignal(signal.SIGINT))

    thread = threading.Thread(target=record)
    thread.start()
    thread.join()
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with iio.use("fake"), iio.imopen(target, "w") as file:
            file.write(IMAGE)
            seen.append(signal.getsignal(signal.SIGINT))
    finally:
        signal.signal(signal.SIGINT, before)
    assert seen == [before, signal.SIG_IGN] and target.read_bytes() == DATA


def test_a_session_keeps_what_it_accepted_when_an_image_is_refused(target) -> None:
    with pytest.raises(iio.EncodeError), iio.imopen(target, "w") as file:
        file.write([IMAGE, IMAGE.astype(float)])
    assert target.read_bytes() == DATA and left(target) == ["x.fake"]
    with iio.imopen(target, "w") as file:
        with pytest.raises(iio.OptionError):
            file.write(IMAGE, level=10)
        file.write(IMAGE)
    assert target.read_bytes() == DATA


def test_a_session_whose_encoder_fails_leaves_the_old_file(target) -> None:
    with pytest.raises(iio.EncodeError, match="in the encoder"), iio.imopen(target, "w") as file:
        file.write(IMAGE)
        file.write(IMAGE, fail="in the encoder")
    assert target.read_bytes() == OLD and left(target) == ["x.fake"]


@pytest.mark.parametrize(
    "error", [RuntimeError("close"), iio.EncodeError("close"), KeyboardInterrupt()]
)
def test_a_session_whose_encoder_fails_to_finish_leaves_the_old_file(
    target, monkeypatch, error
) -> None:
    monkeypatch.setattr(fakes.FakeWriter, "close", fakes.raiser(error))
    expected = KeyboardInterrupt if isinstance(error, KeyboardInterrupt) else iio.EncodeError
    with pytest.raises(expected), iio.imopen(target, "w") as file:
        file.write(IMAGE)
    assert target.read_bytes() == OLD and left(target) == ["x.fake"]


def test_a_session_without_images_leaves_the_old_file(target) -> None:
    with iio.imopen(target, "w"):
        pass
    with pytest.raises(ZeroDivisionError), iio.imopen(target, "w"):
        1 / 0  # noqa: B018
    file = iio.imopen(target, "w")
    file.write(IMAGE)
    file.abort()
    file.abort()
    file.close()
    assert target.read_bytes() == OLD and left(target) == ["x.fake"]


def test_a_writer_that_cannot_be_opened_leaves_the_old_file(target, monkeypatch) -> None:
    def broken(self, given, format, /):
        given.open().write(b"begun")
        raise RuntimeError("not today")

    monkeypatch.setattr(fakes.FakePlugin, "open_writer", broken)
    for write in (lambda: iio.imwrite(target, IMAGE), lambda: iio.imopen(target, "w")):
        with pytest.raises(iio.EncodeError, match="not today"):
            write()
        assert target.read_bytes() == OLD and left(target) == ["x.fake"]
    monkeypatch.setattr(fakes.FakePlugin, "open_writer", fakes.raiser(KeyboardInterrupt()))
    with pytest.raises(KeyboardInterrupt):
        iio.imwrite(target, IMAGE)


@linux_only
def test_a_killed_session_leaves_its_part(target) -> None:
    code = textwrap.dedent(
        """
        import sys, numpy as np, iio_core as iio, fakes
        file = iio.imopen(sys.argv[1], "w", plugin=fakes.SPEC)
        file.write(np.zeros((500, 500), np.uint8))
        print("recording", flush=True)
        sys.stdin.read()
        """
    )
    child = subprocess.Popen(
        [sys.executable, "-c", code, str(target)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=python_environment() | {"IIO_PLUGINS": ""},
    )
    with child:
        assert child.stdout.readline() == b"recording\n"
        child.kill()
    assert target.read_bytes() == OLD and left(target) == ["x.fake", "x.part.fake"]
    assert (target.parent / "x.part.fake").read_bytes().startswith(fakes.MAGIC)


def test_a_forgotten_session_is_closed_with_a_warning(target) -> None:
    file = iio.imopen(target, "w")
    file.write(IMAGE)
    with pytest.warns(ResourceWarning, match="was never closed"):
        del file
    assert target.read_bytes() == DATA and left(target) == ["x.fake"]


# Siblings


def test_siblings_are_committed_first(target, how, monkeypatch) -> None:
    order = []
    real = os.replace
    monkeypatch.setattr(
        _atomic.os, "replace", lambda a, b: (order.append(os.path.basename(b)), real(a, b))
    )
    iio.imwrite(target, IMAGE, extension=".fake")
    with iio.imopen(target, "w", sidecar="x.raw") as file:
        file.write(IMAGE)
    assert order == ["x.fake", "x.raw", "x.fake"] and left(target) == ["x.fake", "x.raw"]
    assert (target.parent / "x.raw").read_bytes() == b"sidecar"


def test_no_sibling_stays_if_it_fails(target, how) -> None:
    with pytest.raises(iio.EncodeError):
        iio.imwrite(target, IMAGE, sidecar="x.raw", fail="x")
    assert target.read_bytes() == OLD and left(target) == ["x.fake"]


@pytest.mark.parametrize("session", [True, False])
def test_nothing_stays_if_a_sibling_cannot_be_committed(target, how, monkeypatch, session) -> None:
    made = open_target(target, session=session)
    made.open().write(DATA)
    for name in ("a.raw", "b.raw"):
        made.sibling(name).open().write(b"raw")
    # What has no name yet is linked to the new one; what has one is renamed.
    step = "link" if how == "nameless" and not session else "replace"
    real = getattr(os, step)

    def refuse(source, goal, **options):
        if goal.endswith("a.raw"):
            raise OSError(errno.EIO, "Input/output error")
        real(source, goal, **options)

    monkeypatch.setattr(_atomic.os, step, refuse)
    with pytest.raises(OSError, match="Input/output error"):
        made.commit()
    assert target.read_bytes() == OLD and left(target) == ["x.fake"]


@pytest.mark.parametrize("name", ["", ".", "..", "in/x.raw", "../x.raw", "/etc/x.raw"])
def test_siblings_are_beside_the_target(target, name) -> None:
    made = open_target(target)
    with pytest.raises(ValueError, match="not the name of a file beside"):
        made.sibling(name)
    assert made.sibling("x.raw") is made.sibling("x.raw")


# as_path


def test_a_backend_that_knows_only_paths(target, how) -> None:
    made = open_target(target)
    with made.as_path() as path:
        assert path.name == "x.fake" and path.parent.parent == target.parent
        path.write_bytes(b"new")
        (path.parent / "log").mkdir()
        (path.parent / "log" / "x").touch()
    assert not path.parent.exists() and target.read_bytes() == OLD
    made.commit()
    assert target.read_bytes() == b"new" and left(target) == ["x.fake"]


def test_a_backend_that_fails_leaves_no_temporary_directory(target, how) -> None:
    made = open_target(target)
    with pytest.raises(ZeroDivisionError), made.as_path() as path:
        path.write_bytes(b"begun")
        1 / 0  # noqa: B018
    made.abort()
    assert left(target) == ["x.fake"] and target.read_bytes() == OLD


# Zip archives


@pytest.fixture
def archive(tmp_path) -> Path:
    folder = tmp_path / "zip"
    folder.mkdir()
    path = folder / "a.zip"
    with zipfile.ZipFile(path, "w") as file:
        file.comment = b"a comment"
        deflated = zipfile.ZipInfo("in/text", (1999, 12, 31, 23, 59, 58))
        deflated.compress_type, deflated.external_attr = zipfile.ZIP_DEFLATED, 0o640 << 16
        file.writestr(deflated, b"text" * 100)
        file.writestr("x.fake", b"the old one")
        file.writestr("empty/", b"")
    return path


def others(archive: Path) -> dict[str, tuple[object, ...]]:
    with zipfile.ZipFile(archive) as file:
        assert file.testzip() is None and file.comment == b"a comment"
        return {
            i.filename: (file.read(i), i.date_time, i.compress_type, i.external_attr)
            for i in file.infolist()
            if i.filename not in {"x.fake", "new/y.fake"}
        }


@pytest.mark.parametrize("inner", ["/x.fake", "#x.fake", "/new/y.fake", "/new/./y.fake"])
def test_writing_a_member_keeps_the_others(archive, how, inner) -> None:
    before = others(archive)
    archive.chmod(0o640)
    iio.imwrite(f"{archive}{inner}", IMAGE)
    assert (iio.imread(f"{archive}{inner.replace('./', '')}") == IMAGE).all()
    assert others(archive) == before and len(before) == 2
    assert left(archive) == ["a.zip"]
    assert os.name != "posix" or stat.S_IMODE(archive.stat().st_mode) == 0o640
    with zipfile.ZipFile(archive) as file:
        assert len(file.namelist()) == len(set(file.namelist())) == 3 + ("new" in inner)


def test_an_archive_is_made(tmp_path, how) -> None:
    with iio.imopen(tmp_path / "new.zip" / "in" / "x.fake", "w") as file:
        file.write(IMAGE)
    assert (iio.imread(tmp_path / "new.zip" / "in" / "x.fake") == IMAGE).all()


def test_an_archive_stays_as_it_was_if_it_fails(archive, how, monkeypatch) -> None:
    before = archive.read_bytes()
    with pytest.raises(iio.EncodeError):
        iio.imwrite(f"{archive}/x.fake", IMAGE, fail="x")
    with pytest.raises(ZeroDivisionError):
        iio.imwrite(f"{archive}/x.fake", broken_iterable())
    real = zipfile.ZipFile.open

    def full(self, name, mode="r", **options):
        if mode == "w":
            raise OSError(errno.ENOSPC, "No space left on device")
        return real(self, name, mode, **options)

    monkeypatch.setattr(zipfile.ZipFile, "open", full)
    for inner in ("x.fake", "new.fake"):
        with pytest.raises(OSError, match="No space left"):
            iio.imwrite(f"{archive}/{inner}", IMAGE)
    assert archive.read_bytes() == before and left(archive) == ["a.zip"]


def test_encrypted_members_are_carried_over_untouched_or_not_at_all(archive) -> None:
    data = bytearray(archive.read_bytes())
    for signature, offset in ((b"PK\3\4", 6), (b"PK\1\2", 8)):
        data[data.find(signature) + offset] |= 1
    archive.write_bytes(data)
    with pytest.raises(iio.DecodeError, match="encrypted member 'in/text'"):
        iio.imwrite(f"{archive}/x.fake", IMAGE)
    assert archive.read_bytes() == bytes(data) and left(archive) == ["a.zip"]
    iio.imwrite(f"{archive}/new/y.fake", IMAGE)
    assert (iio.imread(f"{archive}/new/y.fake") == IMAGE).all()
    with zipfile.ZipFile(archive) as file:
        assert file.getinfo("in/text").flag_bits & 1


@pytest.mark.parametrize("inner", ["#", "/", "/in/", "#../x.fake", "/in/../../x.fake"])
def test_members_without_a_name_are_refused(archive, inner) -> None:
    before = archive.read_bytes()
    with pytest.raises((ValueError, IsADirectoryError)):
        iio.imwrite(f"{archive}{inner}", IMAGE, extension=".fake")
    assert archive.read_bytes() == before


def test_what_is_no_archive_is_not_written_to(tmp_path) -> None:
    (tmp_path / "a.zip").write_bytes(b"something else")
    with pytest.raises(iio.DecodeError, match="is not a zip archive"):
        iio.imwrite(tmp_path / "a.zip" / "x.fake", IMAGE)
    assert (tmp_path / "a.zip").read_bytes() == b"something else"


def test_warnings_are_not_in_the_way(target) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert iio.imwrite(io.BytesIO(), IMAGE, extension=".fake") is None


def test_what_may_not_be_written_is_refused_at_once(tmp_path: Path, monkeypatch) -> None:
    (tmp_path / "old.fake").write_bytes(b"old")
    monkeypatch.setattr("os.access", lambda *args: False)
    for name in ("old.fake", "new.fake"):
        with pytest.raises(PermissionError, match="may not be written to"):
            open_target(tmp_path / name)
    assert (tmp_path / "old.fake").read_bytes() == b"old"
