"""How fast iio is beside its backends and imageio: ``python -m benchmarks.bench_read``.

Every script prints a table, and with ``--json FILE`` adds its numbers to a file. Competitors take
turns within one run, so that whatever slows the machine down slows all of them. No benchmark
passes or fails: what it says is for a person to judge.
"""
