"""Confine this process and print as JSON what holds: see `service.sandbox.probe`."""

import json
import sys
from dataclasses import asdict

from service.sandbox.confine import confine

sys.stdout.write(json.dumps(asdict(confine())))
