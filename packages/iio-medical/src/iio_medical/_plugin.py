"""The plugin objects for DICOM."""

from __future__ import annotations

from iio_core import Reader, ReadPlugin, Resource, Target, WritePlugin, Writer

from ._dicom._progress import Indicator
from ._dicom._pydicom_reader import PydicomReader
from ._dicom._reader import DicomReader
from ._dicom._writer import Compression, DicomWriter

__all__ = ["PLUGIN", "PYDICOM", "DicomPlugin", "PydicomPlugin"]


class DicomPlugin:
    """Opens readers of DICOM."""

    @property
    def reader_type(self) -> type[Reader]:
        """The class of the readers."""
        return DicomReader

    def open_reader(
        self,
        resource: Resource,
        format: str | None,
        /,
        *,
        series: str | int | None = None,
        progress: bool | Indicator | None = True,
        skip_damaged: bool = False,
    ) -> Reader:
        """Open a file, or a folder of files.

        Parameters
        ----------
        resource : Resource
            A file, a folder, a zip archive, a list of files or a DICOMDIR.
        format : str
            The name of the format.
        series : str or int, optional
            The one series to read: its UID, its number (``SeriesNumber``) or its description.
        progress : bool or object
            Whether to show how far it is while many files are read: on the standard error, if
            that is a terminal and tqdm is installed. An object with ``start()``,
            ``set_progress()`` and ``finish()`` is told instead.
        skip_damaged : bool
            Whether files that cannot be read are left out, which is warned of; otherwise they are
            an error that names them. An image that cannot be decoded becomes a plane of zeros.

        Raises
        ------
        NotThisFormat
            If it is not DICOM, or there is no DICOM file in the folder.
        """
        return DicomReader(
            resource, format, series=series, progress=progress, skip_damaged=skip_damaged
        )

    @property
    def writer_type(self) -> type[Writer]:
        """The class of the writers."""
        return DicomWriter

    def open_writer(
        self,
        target: Target,
        format: str,
        /,
        *,
        compression: Compression = None,
        split: bool = False,
    ) -> Writer:
        """Open a file for writing.

        Parameters
        ----------
        target : Target
            Where to write.
        format : str
            The name of the format.
        compression : {"rle", "jpeg2000"}, optional
            Both keep every value. By default pixels are stored as they are, explicit VR little
            endian.
        split : bool
            Whether several images are a series, each in a file of its own: ``ct.dcm``,
            ``ct_0002.dcm`` and so on. Otherwise they are the frames of one object.
        """
        return DicomWriter(target, format, compression=compression, split=split)


class PydicomPlugin:
    """Opens readers of single files that do as imageio's plugin ``pydicom`` does."""

    @property
    def reader_type(self) -> type[Reader]:
        """The class of the readers."""
        return PydicomReader

    def open_reader(self, resource: Resource, format: str | None, /) -> Reader:
        """Open a file.

        Parameters
        ----------
        resource : Resource
            A file.
        format : str
            The name of the format.
        """
        return PydicomReader(resource, format)


PLUGIN = DicomPlugin()
PYDICOM = PydicomPlugin()
_reads: ReadPlugin = PLUGIN
_writes: WritePlugin = PLUGIN
_shows: ReadPlugin = PYDICOM
