"""The suites, one file each: questions, a judge, and a `SUITE`. `registry` lists them."""
