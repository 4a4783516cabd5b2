"""The conformance kit: base classes with which a plugin's author tests a plugin.

``pip install "iio-core[testing]"``, then in ``tests/test_conformance.py``::

    from iio_core.testing import PluginSuite, Sample

    class TestConformance(PluginSuite):
        entry_point = "iio_example._spec:SPEC"

        def samples(self):
            yield Sample("farbfeld", data=b"farbfeld...", image=known_pixels)

A failure names the promise of ``docs/reference/plugin-interface.md`` that was broken, and what was
seen. Nothing here is imported by ``import iio_core``.
"""

# Names are imported when they are used: the kit's own worker processes do without pytest.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from ._base import Sample, Suite
    from ._concurrency_suite import ConcurrencySuite
    from ._cost_suite import CostSuite
    from ._fuzzing import FuzzTarget, fuzz, survives
    from ._hostile_suite import HostileSuite
    from ._index_suite import IndexSuite
    from ._metadata_suite import MetadataSuite
    from ._plugin_suite import PluginSuite
    from ._process_suite import ProcessSuite
    from ._promises import PROMISES, BrokenPromise
    from ._reader_suite import ReaderSuite
    from ._resources_suite import ResourcesSuite
    from ._spec_suite import SpecSuite
    from ._targets_suite import TargetsSuite
    from ._writer_suite import WriterSuite

_HOME_OF = {
    "PROMISES": "_promises",
    "BrokenPromise": "_promises",
    "ConcurrencySuite": "_concurrency_suite",
    "CostSuite": "_cost_suite",
    "FuzzTarget": "_fuzzing",
    "HostileSuite": "_hostile_suite",
    "IndexSuite": "_index_suite",
    "MetadataSuite": "_metadata_suite",
    "PluginSuite": "_plugin_suite",
    "ProcessSuite": "_process_suite",
    "ReaderSuite": "_reader_suite",
    "ResourcesSuite": "_resources_suite",
    "Sample": "_base",
    "SpecSuite": "_spec_suite",
    "Suite": "_base",
    "TargetsSuite": "_targets_suite",
    "WriterSuite": "_writer_suite",
    "fuzz": "_fuzzing",
    "survives": "_fuzzing",
}

__all__ = [
    "PROMISES",
    "BrokenPromise",
    "ConcurrencySuite",
    "CostSuite",
    "FuzzTarget",
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
    "fuzz",
    "survives",
]


def __getattr__(name: str) -> object:
    """Import a public name from the module that defines it (PEP 562)."""
    home = _HOME_OF.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    try:
        return getattr(__import__(f"{__name__}.{home}", fromlist=(name,)), name)
    except ModuleNotFoundError as error:
        if error.name != "pytest":
            raise
        raise ModuleNotFoundError(
            'the testing kit needs pytest: pip install "iio-core[testing]"', name="pytest"
        ) from error
