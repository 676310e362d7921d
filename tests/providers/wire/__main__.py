"""Runs the simulator by hand, until Ctrl-C: python3 -m wire, in tests/providers."""
import time

from .server import PROTOCOLS, Simulator

with Simulator() as simulator:
    print(f"{simulator.address}/NAME, {simulator.tls_address}/NAME with {simulator.authority}")
    print("NAME is one of", ", ".join(sorted(PROTOCOLS)))
    try:
        while True:
            time.sleep(3600)
    except KeyboardInterrupt:
        pass
