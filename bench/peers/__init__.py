"""The other sites that bench.compare measures beside this one. Each module starts one of them on this machine."""
