"""All suites in one."""

from __future__ import annotations

from ._concurrency_suite import ConcurrencySuite
from ._cost_suite import CostSuite
from ._hostile_suite import HostileSuite
from ._index_suite import IndexSuite
from ._metadata_suite import MetadataSuite
from ._process_suite import ProcessSuite
from ._reader_suite import ReaderSuite
from ._resources_suite import ResourcesSuite
from ._spec_suite import SpecSuite
from ._targets_suite import TargetsSuite
from ._writer_suite import WriterSuite

__all__ = ["PluginSuite"]


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
    ConcurrencySuite,
    CostSuite,
):
    """Every check there is; what does not concern a plugin (writing, say) is left out."""
