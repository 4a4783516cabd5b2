"""The child process: loads FreeImage, and does what it is asked through a pipe.

It is run as a program, imports nothing but the standard library, and may be killed or crash at any
time. A message is the length of its header (4 bytes), the header (JSON), and as many bytes as the
header says; an answer is the same.

FreeImage 3.18 Documentation, Library Reference Manual, sections Bitmap functions, Memory I/O
streams and Multipage functions.
"""

from __future__ import annotations

import contextlib
import ctypes
import ctypes.util
import json
import os
import struct
import sys
from typing import IO, Any, NamedTuple, NoReturn

HEADER_ONLY = 0x8000  # FIF_LOAD_NOPIXELS
_SLACK = 1 << 30  # bytes of address space that FreeImage and Python have anyway

# FREE_IMAGE_TYPE: dtype, channels. Bitmaps (1) have bits a pixel instead.
TYPES = {
    2: ("uint16", 1),
    3: ("int16", 1),
    4: ("uint32", 1),
    5: ("int32", 1),
    6: ("float32", 1),
    7: ("float64", 1),
    8: ("complex128", 1),
    9: ("uint16", 3),
    10: ("uint16", 4),
    11: ("float32", 3),
    12: ("float32", 4),
}
BITMAP = 1
_MULTIPAGE = ("GIF", "ICO", "TIFF")
_WHITE, _BLACK, _PALETTE = 0, 1, 3
_NO_RESOLUTION = 2835  # dots a meter, 72 an inch: what FreeImage says if the file says nothing
_MODELS = {0: "", 1: "", 2: "", 3: "GPS_"}  # comments, EXIF's main, its own directory, GPS


class Refused(Exception):
    """FreeImage does not do it."""


class Kind(NamedTuple):
    """What a bitmap is: its size, FREE_IMAGE_TYPE, bits a pixel and color type."""

    width: int
    height: int
    type: int
    bits: int
    color: int


def find() -> str | None:
    """Return where the library is: as the environment says, or where the system keeps it."""
    for name in ("IIO_FREEIMAGE_LIB", "IMAGEIO_FREEIMAGE_LIB"):
        if path := os.environ.get(name):
            return path
    return ctypes.util.find_library("freeimage") or ctypes.util.find_library("FreeImage")


_POINTERS = {
    *("OpenMemory", "LoadFromMemory", "GetScanLine", "ConvertTo8Bits", "ConvertToGreyscale"),
    *("ConvertTo24Bits", "ConvertTo32Bits", "AllocateT", "LoadMultiBitmapFromMemory"),
    *("LockPage", "FindFirstMetadata", "GetICCProfile"),
}
_TEXTS = ("GetVersion", "TagToString", "GetTagKey", "GetFormatFromFIF")


class Library:
    """FreeImage's functions by their names."""

    def __init__(self, path: str) -> None:
        loader = getattr(ctypes, "WinDLL", ctypes.CDLL) if os.name == "nt" else ctypes.CDLL
        self._library = loader(path)
        self.said: list[str] = []
        kind = getattr(ctypes, "WINFUNCTYPE", ctypes.CFUNCTYPE) if os.name == "nt" else None
        self._hook = (kind or ctypes.CFUNCTYPE)(None, ctypes.c_int, ctypes.c_char_p)(self._hear)
        self.call("SetOutputMessage", self._hook)

    def call(self, name: str, *arguments: Any) -> Any:
        """Call ``FreeImage_name``; whole numbers are passed as pointers or as ints, as they fit."""
        function = getattr(self._library, f"FreeImage_{name}")
        if name in _POINTERS:
            function.restype = ctypes.c_void_p
        elif name in _TEXTS:
            function.restype = ctypes.c_char_p
        wide = [ctypes.c_void_p(a) if isinstance(a, int) and a >> 31 else a for a in arguments]
        return function(*wide)

    def _hear(self, format: int, message: bytes | None) -> None:
        if message and len(self.said) < 20:
            self.said.append(message.decode("utf-8", "replace").strip())


class Image:
    """A file in memory, and the page of it that was loaded last."""

    def __init__(self, library: Library, data: bytes, format: str | None, flags: int) -> None:
        self._library = library
        self._flags = flags
        self._data = ctypes.create_string_buffer(data, max(1, len(data)))
        self._memory = library.call("OpenMemory", self._data, len(data))
        self._many: int | None = None
        self._loaded: tuple[int, int] | None = None
        self._locked: int | None = None
        if format is None:
            self._id = library.call("GetFileTypeFromMemory", self._memory, 0)
            if self._id < 0:
                self.close()
                raise Refused("FreeImage does not recognize it")
        else:
            self._id = library.call("GetFIFFromFormat", format.encode())
        if self._id < 0 or not library.call("FIFSupportsReading", self._id):
            self.close()
            raise Refused(f"this FreeImage does not read {format}")
        self.format = (library.call("GetFormatFromFIF", self._id) or b"").decode()

    @property
    def pages(self) -> int:
        """How many images there are."""
        if self.format not in _MULTIPAGE:
            return 1
        return max(1, int(self._library.call("GetPageCount", self._pages())))

    def size(self, page: int) -> Kind:
        """Return the kind of a page from its header alone, where FreeImage can."""
        header_only = self._library.call("FIFSupportsNoPixels", self._id) and page == 0
        if not header_only or (self._loaded is not None and self._loaded[0] == page):
            return self._kind(self._load(page))
        bitmap = self._open(self._flags | HEADER_ONLY)
        kind = self._kind(bitmap)
        self._library.call("Unload", bitmap)
        return kind

    def pixels(self, page: int) -> tuple[dict[str, Any], bytes]:
        """Return shape and dtype, and the pixels from the top; bitmaps are BGR or BGRA."""
        bitmap = self._load(page)
        converted = self._converted(bitmap)
        try:
            kind = self._kind(converted)
            dtype, channels = TYPES.get(kind.type) or ("uint8", kind.bits // 8)
            row = kind.width * channels * _sizes[dtype]
            line = self._library.call
            rows = [
                ctypes.string_at(line("GetScanLine", converted, kind.height - 1 - number), row)
                for number in range(kind.height)
            ]
        finally:
            if converted != bitmap:
                self._library.call("Unload", converted)
        shape = [kind.height, kind.width] + ([channels] if channels > 1 else [])
        return {"shape": shape, "dtype": dtype, "bgr": kind.type == BITMAP}, b"".join(rows)

    def metadata(self, page: int) -> tuple[dict[str, Any], bytes]:
        """Return what is said beside the pixels, and the color profile."""
        bitmap, call = self._load(page), self._library.call
        found: dict[str, Any] = {}
        for model, prefix in _MODELS.items():
            tag = ctypes.c_void_p()
            search = call("FindFirstMetadata", model, bitmap, ctypes.byref(tag))
            going = bool(search)
            while going:
                key, text = call("GetTagKey", tag), call("TagToString", model, tag, None)
                if key and text is not None:
                    found[prefix + key.decode("latin-1")] = text.decode("utf-8", "replace")
                going = bool(call("FindNextMetadata", ctypes.c_void_p(search), ctypes.byref(tag)))
            if search:
                call("FindCloseMetadata", ctypes.c_void_p(search))
        meters = call("GetDotsPerMeterX", bitmap), call("GetDotsPerMeterY", bitmap)
        if all(meters) and set(meters) != {_NO_RESOLUTION}:
            found["dpi"] = [number * 0.0254 for number in meters]
        # FIICCPROFILE: flags (2 bytes, padded), size (4 bytes), data.
        place = call("GetICCProfile", bitmap)
        raw = ctypes.string_at(place, 8 + ctypes.sizeof(ctypes.c_void_p)) if place else bytes(16)
        size = struct.unpack_from("=I", raw, 4)[0]
        where = int.from_bytes(raw[8:], sys.byteorder)
        return found, ctypes.string_at(where, size) if size and where else b""

    def close(self) -> None:
        """Let go of it."""
        self._unload()
        if self._many is not None:
            self._library.call("CloseMultiBitmap", self._many, 0)
            self._many = None
        if self._memory:
            self._library.call("CloseMemory", self._memory)
            self._memory = None

    def _open(self, flags: int) -> int:
        self._library.call("SeekMemory", self._memory, ctypes.c_long(0), 0)
        bitmap = self._library.call("LoadFromMemory", self._id, self._memory, flags)
        if not bitmap:
            raise Refused("FreeImage cannot load it")
        return int(bitmap)

    def _pages(self) -> int:
        if self._many is None:
            self._library.call("SeekMemory", self._memory, ctypes.c_long(0), 0)
            self._many = self._library.call(
                "LoadMultiBitmapFromMemory", self._id, self._memory, self._flags
            )
            if not self._many:
                self._many = None
                raise Refused("FreeImage cannot open it")
        return self._many

    def _load(self, page: int) -> int:
        if self._loaded is not None and self._loaded[0] == page:
            return self._loaded[1]
        self._unload()
        if self.format in _MULTIPAGE and page < self.pages and self.pages > 1:
            bitmap = self._library.call("LockPage", self._pages(), page)
            if not bitmap:
                raise Refused(f"FreeImage cannot load image {page}")
            self._locked = int(bitmap)
        else:
            bitmap = self._open(self._flags)
        self._loaded = page, int(bitmap)
        return int(bitmap)

    def _unload(self) -> None:
        if self._locked is not None:
            self._library.call("UnlockPage", self._many, self._locked, 0)
        elif self._loaded is not None:
            self._library.call("Unload", self._loaded[1])
        self._loaded = self._locked = None

    def _kind(self, bitmap: int) -> Kind:
        call = self._library.call
        names = ("GetWidth", "GetHeight", "GetImageType", "GetBPP", "GetColorType")
        return Kind(*(int(call(name, bitmap)) for name in names))

    def _converted(self, bitmap: int) -> int:
        """Return a bitmap without a palette."""
        kind = self._kind(bitmap)
        if kind.type != BITMAP:
            if kind.type not in TYPES:
                raise Refused(f"FreeImage has pixels of its type {kind.type}")
            return bitmap
        if kind.bits >= 24 or (kind.bits == 8 and kind.color == _BLACK):
            return bitmap
        name = "ConvertTo24Bits"
        # It makes up a transparency for the palettes of TIFF, which have none.
        opaque = self.format == "TIFF" or not self._library.call("IsTransparent", bitmap)
        if kind.color == _PALETTE and not opaque:
            name = "ConvertTo32Bits"
        elif kind.color in (_WHITE, _BLACK):
            name = "ConvertToGreyscale"
        made = self._library.call(name, bitmap)
        if not made:
            raise Refused("FreeImage cannot convert it")
        return int(made)


_sizes = {"uint8": 1, "uint16": 2, "int16": 2, "uint32": 4, "int32": 4, "float32": 4}
_sizes |= {"float64": 8, "complex128": 16}
_CODES = {kind: number for number, kind in TYPES.items()}


def encoded(library: Library, order: dict[str, Any], pixels: bytes) -> bytes:
    """Return an image as a file; the pixels are as `Image.pixels` returns them."""
    height, width, *rest = order["shape"]
    channels, dtype = (rest or [1])[0], order["dtype"]
    identifier = library.call("GetFIFFromFormat", order["format"].encode())
    type_ = _CODES.get((dtype, channels), BITMAP)
    bits = 8 * channels * _sizes[dtype]
    if identifier < 0 or not library.call("FIFSupportsWriting", identifier):
        raise Refused(f"this FreeImage does not write {order['format']}")
    fits = (
        library.call("FIFSupportsExportBPP", identifier, bits)
        if type_ == BITMAP
        else library.call("FIFSupportsExportType", identifier, type_)
    )
    if not fits:
        raise Refused(f"FreeImage writes no {order['format']} of {dtype} with {channels} channels")
    bitmap = library.call("AllocateT", type_, width, height, bits, 0xFF0000, 0xFF00, 0xFF)
    if not bitmap:
        raise Refused("FreeImage has no memory for it")
    memory = library.call("OpenMemory", None, 0)
    try:
        row = len(pixels) // height
        for number in range(height):
            line = library.call("GetScanLine", bitmap, height - 1 - number)
            ctypes.memmove(line, pixels[number * row : (number + 1) * row], row)
        if not library.call("SaveToMemory", identifier, bitmap, memory, order["flags"]):
            raise Refused("FreeImage cannot save it")
        place, size = ctypes.c_void_p(), ctypes.c_uint32()
        library.call("AcquireMemory", memory, ctypes.byref(place), ctypes.byref(size))
        return ctypes.string_at(place, size.value)
    finally:
        library.call("Unload", bitmap)
        library.call("CloseMemory", memory)


def send(stream: IO[bytes], header: dict[str, Any], body: bytes = b"") -> None:
    """Write a message."""
    text = json.dumps({**header, "bytes": len(body)}).encode()
    stream.write(struct.pack("<I", len(text)) + text)
    stream.write(body)
    stream.flush()


def receive(stream: IO[bytes]) -> tuple[dict[str, Any], bytes]:
    """Read a message; EOFError if there is none."""
    start = stream.read(4)
    if len(start) < 4:
        raise EOFError
    header: dict[str, Any] = json.loads(stream.read(struct.unpack("<I", start)[0]))
    body = stream.read(header["bytes"])
    if len(body) < header["bytes"]:
        raise EOFError
    return header, body


def confine(memory: int) -> None:
    """Let this process take so many bytes and not more, where the system can do that."""
    if sys.platform != "win32":
        import resource

        with contextlib.suppress(ValueError, OSError):
            hard = resource.getrlimit(resource.RLIMIT_AS)[1]
            wanted = memory + _SLACK
            limit = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
            resource.setrlimit(resource.RLIMIT_AS, (limit, hard))


class Desk:
    """Does what orders say, with one open image at a time."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self._image: Image | None = None

    def answer(self, order: dict[str, Any], body: bytes) -> tuple[dict[str, Any], bytes]:
        """Return the header and the bytes of the answer to an order."""
        self._library.said.clear()
        try:
            found, data = self._done(order, body)
        except Refused as error:
            found, data = {"refused": str(error)}, b""
        except (MemoryError, OSError, ValueError, AttributeError, ctypes.ArgumentError) as error:
            found, data = {"refused": f"{type(error).__name__}: {error}"}, b""
        return {**found, "said": self._library.said}, data

    def _done(self, order: dict[str, Any], body: bytes) -> tuple[dict[str, Any], bytes]:
        do, page = order["do"], order.get("page", 0)
        if do == "open":
            confine(order["memory"])
            self._image = Image(self._library, body, order["format"], order["flags"])
            return {"format": self._image.format}, b""
        if do == "encode":
            return {}, encoded(self._library, order, body)
        if (image := self._image) is None:
            return {}, b""
        if do == "close":
            image.close()
            self._image = None
        if do == "pixels":
            return image.pixels(page)
        if do == "metadata":
            told, data = image.metadata(page)
            return {"told": told}, data
        if do == "size":
            return image.size(page)._asdict(), b""
        return {"count": image.pages} if do == "count" else {}, b""


def main() -> NoReturn:
    """Answer what comes through the pipe, until it ends."""
    answers = os.fdopen(os.dup(1), "wb")  # what libraries print is not for the pipe
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)
    try:
        if (path := find()) is None:
            raise OSError("there is no such library")
        library = Library(path)
        version = (library.call("GetVersion") or b"").decode()
    except (OSError, AttributeError) as error:
        send(answers, {"absent": str(error)})
        sys.exit(1)
    send(answers, {"version": version})
    desk = Desk(library)
    while True:
        try:
            order, body = receive(sys.stdin.buffer)
        except EOFError:
            sys.exit(0)
        send(answers, *desk.answer(order, body))


if __name__ == "__main__":
    main()
