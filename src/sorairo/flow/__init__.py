"""The mathematics of rectified flow: path, schedules, solvers, guidance. No network lives here."""
