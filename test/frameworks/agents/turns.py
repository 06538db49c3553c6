"""Has an agent take the turns that its argument lists as JSON, each with an endpoint and a tool, and prints a line for each."""
import json
import sys

from tools import erase_everything, fetch_page

TOOLS = {tool.__name__: tool for tool in (fetch_page, erase_everything)}
MODEL = "small"
KEY = "of-the-agent"
ASKED = "read the page"


def take_turns(ask):
    for turn in json.loads(sys.argv[1]):
        try:
            outcome = {"said": str(ask(turn["endpoint"], TOOLS[turn["tool"]]))}
        except Exception as error:  # noqa: B902, whatever a framework raises
            outcome = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(outcome), flush=True)
