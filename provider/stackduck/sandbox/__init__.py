"""A GitHub on loopback with a made-up enterprise: the demo, the documents' data and the integration tests' server.

Standard library only, deterministic from a seed and a day, and quick to start. It never reaches the network, and knows
nothing of the rest of the package. What it can be told is said by `serve`; the names that answer with errors, without
data or with faults are listed in special.py.
"""

from __future__ import annotations

from .server import Sandbox, Served, environment, serve

__all__ = ["Sandbox", "Served", "environment", "serve"]
