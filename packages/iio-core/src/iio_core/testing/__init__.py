"""The conformance kit: base classes with which a plugin's author tests a plugin.

``pip install iio-core[testing]``, then in ``tests/test_conformance.py``::

    from iio_core.testing import PluginSuite, Sample

    class TestConformance(PluginSuite):
        entry_point = "iio_example._spec:SPEC"

        def samples(self):
            yield Sample("farbfeld", data=b"farbfeld...", image=known_pixels)

A failure names the promise of ``docs/reference/plugin-interface.md`` that was broken, and what was
seen. Nothing here is imported by ``import iio_core``.
"""

try:
    from ._base import Sample, Suite
    from ._hostile_suite import HostileSuite
    from ._index_suite import IndexSuite
    from ._metadata_suite import MetadataSuite
    from ._process_suite import ProcessSuite
    from ._promises import PROMISES, BrokenPromise
    from ._reader_suite import ReaderSuite
    from ._resources_suite import ResourcesSuite
    from ._spec_suite import SpecSuite
    from ._targets_suite import TargetsSuite
    from ._writer_suite import WriterSuite
except ModuleNotFoundError as error:
    if error.name not in ("hypothesis", "pytest"):
        raise
    raise ModuleNotFoundError(
        f"the testing kit needs {error.name}: pip install iio-core[testing]", name=error.name
    ) from error

__all__ = [
    "PROMISES",
    "BrokenPromise",
    "HostileSuite",
    "IndexSuite",
    "MetadataSuite",
    "PluginSuite",
    "ProcessSuite",
    "ReaderSuite",
    "ResourcesSuite",
    "Sample",
    "SpecSuite",
    "Suite",
    "TargetsSuite",
    "WriterSuite",
]


class PluginSuite(
    SpecSuite,
    ReaderSuite,
    IndexSuite,
    ResourcesSuite,
    HostileSuite,
    WriterSuite,
    MetadataSuite,
    TargetsSuite,
    ProcessSuite,
):
    """Every check there is; what does not concern a plugin (writing, say) is skipped."""
