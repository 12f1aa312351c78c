"""Teaches Schemathesis lines of JSON, and how to be many clients of one server."""

import json
import os
import random
import re

import schemathesis
from requests.adapters import HTTPAdapter


@schemathesis.serializer("application/x-ndjson")
def write_lines(ctx, value):
    return json.dumps(value).encode()


@schemathesis.deserializer("application/x-ndjson")
def read_lines(ctx, response):
    lines = response.content.splitlines()
    if ctx.operation.path == "/v1/responses/bulk":  # the schema is that of a line
        return json.loads(lines[0])
    return response.content.decode()


OWN = os.environ.get("CONTRACT_KEY", "__").split("_")[1]  # the id of the key that these requests carry
ADDRESS = re.compile("https://[!$&-;=?-Z_a-z~]+")


@schemathesis.hook
def before_call(ctx, case, kwargs):
    """Keeps the key that everything is asked with, since the rest would be answered 401, and has webhooks call nobody else's machine."""
    if (case.path_parameters or {}).get("key") == OWN:
        case.path_parameters["key"] = "k3b5x2m7qa"
    if case.operation.path == "/v1/webhooks" and isinstance(case.body, dict) and ADDRESS.fullmatch(str(case.body.get("url"))):
        case.body["url"] = "https://127.0.0.1:9/"


chance = random.SystemRandom()  # the other one is seeded again and again
plain_send = HTTPAdapter.send


def send(self, request, *args, **kwargs):
    """Sends from a new address of this machine: one that sends wrong keys again and again is answered 429, and the checks of keys wait for 401."""
    address = f"127.{chance.randrange(1, 255)}.{chance.randrange(255)}.{chance.randrange(1, 255)}"
    self.init_poolmanager(1, 1, source_address=(address, 0))
    return plain_send(self, request, *args, **kwargs)


HTTPAdapter.send = send
