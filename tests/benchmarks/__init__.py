"""Tests of the benchmarks: a package, so that its file names are its own."""
