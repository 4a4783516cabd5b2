"""Devices: resources without bytes, which are found by the devices that formats declare."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import iio_core as iio
from iio_core import _catalog
from iio_core._limits import current
from iio_core._resources import open_resource, open_target
from iio_core._resources._device import DeviceResource

SHAPE = (4, 5, 3)
CAMERA = iio.Format(
    name="CAMERA",
    title="Webcams",
    devices=("<video#>", "<lamp>"),
    reads=(iio.Pixels("uint8", (3,)),),
    trust="fuzzed",
)
SIGNAL = iio.Format(
    name="SIGNAL",
    title="Files of the same plugin",
    extensions=(".signal",),
    reads=(iio.Pixels("uint8", (3,)),),
    trust="fuzzed",
)


class CameraReader:
    """Gives images of the number of the device, brightened."""

    default_index = 0

    def __init__(self, resource: iio.Resource, format: str | None, *, light: int = 0) -> None:
        self.resource, self.format = resource, format
        number = resource.device.removeprefix("video")
        self.value = int(number) + light if number.isdigit() else light

    def count(self) -> int:
        return 1

    def read(self, *, index: Any = None) -> np.ndarray:
        return np.full(SHAPE, self.value, np.uint8)

    def iter(self) -> Iterator[np.ndarray]:
        yield self.read()

    def properties(self, *, index: Any = None) -> iio.ImageProperties:
        return iio.ImageProperties(SHAPE, np.dtype(np.uint8))

    def metadata(self, *, index: Any = None, exclude_applied: bool = True) -> dict[str, Any]:
        return {"format": self.format, "name": self.resource.name}

    def close(self) -> None:
        pass


class Camera:
    reader_type = CameraReader

    def open_reader(self, resource: iio.Resource, format: str | None, /) -> iio.Reader:
        return CameraReader(resource, format)

    def open_reader_for(self, format: str | None, /) -> Callable[..., iio.Reader]:
        return CameraReader if format == "CAMERA" else self.open_reader


PLUGIN = Camera()
SPEC = iio.PluginSpec(
    name="camera",
    title="Webcams",
    plugin=f"{__name__}:PLUGIN",
    formats=(CAMERA, SIGNAL),
)


@pytest.fixture
def camera(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr("iio_core._plugins.Plugin.load", lambda self: PLUGIN)
    with iio.use(SPEC):
        yield


def resource(uri: Any) -> iio.Resource:
    return open_resource(uri, current())


@pytest.mark.usefixtures("camera")
def test_a_device_is_read_by_the_plugin_that_declares_it() -> None:
    assert (iio.imread("<video7>") == 7).all()
    assert (iio.imread("<lamp>") == 0).all()
    assert iio.improps("<video0>").shape == SHAPE
    assert iio.immeta("<video12>") == {"format": "CAMERA", "name": "<video12>"}
    assert (iio.imread("<video7>", plugin="camera", extension=".png") == 7).all()


@pytest.mark.usefixtures("camera")
def test_a_format_may_have_options_of_opening_of_its_own(tmp_path) -> None:
    assert (iio.imread("<video1>", light=40) == 41).all()
    with iio.imopen("<video1>", "r", light=50) as file:
        assert (file.read() == 51).all()
    with pytest.raises(iio.OptionError, match=r"no option 'ligth'. Did you mean 'light'"):
        iio.imread("<video1>", ligth=40)
    path = tmp_path / "a.signal"
    path.touch()
    assert (iio.imread(path) == 0).all()
    with pytest.raises(iio.OptionError, match="no option 'light'"):
        iio.imread(path, light=40)


@pytest.mark.parametrize(
    ("device", "is_read"),
    [
        ("video0", True),
        ("video123", True),
        ("lamp", True),
        ("video", False),
        ("lamp1", False),
        ("video#", False),
        ("myvideo0", False),
        ("video0.1", False),
        ("Video0", False),
    ],
)
@pytest.mark.usefixtures("camera")
def test_a_number_sign_stands_for_numbers(device, is_read) -> None:
    if is_read:
        assert CAMERA.reads_device(device)
        assert iio.imread(f"<{device}>").shape == SHAPE
    else:
        with pytest.raises(iio.NoPluginError):
            iio.imread(f"<{device}>")


@pytest.mark.usefixtures("camera")
def test_unknown_devices_name_the_known_ones(monkeypatch) -> None:
    nobody = r"no plugin reads the device <screen>\. Known devices are: <lamp>, <video#>$"
    monkeypatch.setattr(_catalog, "ENTRIES", ())
    with pytest.raises(iio.NoPluginError, match=nobody):
        iio.imread("<screen>")
    with pytest.raises(iio.NoPluginError, match="'camera' does not read the device <screen>"):
        iio.imread("<screen>", plugin="camera")


def test_what_to_install_for_a_device(monkeypatch) -> None:
    entry = (
        "iio-cam[all]",
        "cam",
        "iio-cam",
        "CAM",
        (),
        (),
        True,
        False,
        ("<video#>",),
        0,
        (True, None),
    )
    monkeypatch.setattr(_catalog, "ENTRIES", (entry,))
    with pytest.raises(
        iio.PluginNotInstalledError, match=r'pip install "iio-cam\[all\]"'
    ) as caught:
        iio.imread("<video0>")
    assert caught.value.install == ("iio-cam[all]",)
    with pytest.raises(iio.NoPluginError, match=r'<video#> \(pip install "iio-cam\[all\]"\)'):
        iio.imread("<vidoe0>")


def test_the_catalogue_knows_the_devices_of_this_project() -> None:
    brought = {device: entry[2] for entry in _catalog.ENTRIES for device in entry[8]}
    assert brought["<screen>"] == brought["<clipboard>"] == "iio-pillow"


@pytest.mark.usefixtures("camera")
def test_explaining_a_device() -> None:
    explained = iio.explain("<video3>")
    assert explained.is_device and explained.head == b""
    assert explained.chosen is not None and explained.chosen.format is CAMERA
    assert str(explained).startswith("<video3>\nwould be read by 'camera'")
    assert "the device's name" in str(explained)
    unknown = iio.explain("<lights>")
    assert unknown.chosen is None and "Known devices" in unknown.problem
    assert str(unknown).startswith("<lights>\n")


def test_a_plugin_object_without_a_spec_may_read_any_device() -> None:
    assert (iio.imread("<anything>", plugin=Camera()) == 0).all()


def test_a_device_has_no_bytes() -> None:
    device = resource("<video0>")
    assert isinstance(device, DeviceResource)
    assert (device.name, device.device, device.extension) == ("<video0>", "video0", "")
    assert device.head(16) == b"" and device.size is None and not device.is_directory
    with pytest.raises(iio.DecodeError, match="<video0> is a device"):
        device.open()
    with pytest.raises(iio.DecodeError, match="<video0> is a device"), device.as_path():
        pass
    assert resource(b"data").device == ""


@pytest.mark.parametrize("uri", ["<>", "<#>", "<a b>", "<1>", "<../x>", "<a\0>", "<<a>>", "<a>b>"])
def test_what_is_no_name_of_a_device(uri) -> None:
    with pytest.raises(iio.NoPluginError, match="is not the name of a device"):
        resource(uri)


def test_memory_is_only_written_to() -> None:
    with pytest.raises(iio.NoPluginError, match="give the bytes themselves"):
        iio.imread("<bytes>")


def test_devices_are_not_written_to() -> None:
    with pytest.raises(iio.NoPluginError, match="<screen> cannot be written to"):
        open_target("<screen>", extension=".png")


@pytest.mark.usefixtures("camera")
def test_a_file_of_the_name_of_a_device(tmp_path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    try:
        Path("<video5>").write_bytes(b"a file")
    except OSError:
        pytest.skip("no file can be called so here")
    assert (iio.imread("<video5>") == 5).all()
    assert resource(Path("<video5>")).head() == b"a file"


def test_devices_are_in_angle_brackets() -> None:
    with pytest.raises(ValueError, match="angle brackets"):
        iio.Format(name="A", title="A", devices=("video",))
