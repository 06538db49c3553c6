"""Two governed turns with Anthropic's client, whole and streamed. Prints one line of JSON, and ends."""
import json
import os

import anthropic
from tools import erase_everything, fetch_page

client = anthropic.Anthropic()


def whole(**request):
    return client.messages.create(**request)


def streamed(**request):
    with client.messages.stream(**request) as stream:
        return stream.get_final_message()


def ask(tool, send):
    schema = {"type": "object", "properties": {"url": {"type": "string"}}}
    tools = [{"name": tool.__name__, "description": tool.__doc__, "input_schema": schema}]
    messages = [{"role": "user", "content": "read the page"}]
    try:
        for _turn in range(4):
            message = send(
                model=os.environ["ANTHROPIC_MODEL"], max_tokens=64, messages=messages, tools=tools
            )
            if message.stop_reason != "tool_use":
                return message.content[0].text
            results = [
                {"type": "tool_result", "tool_use_id": block.id, "content": tool(**block.input)}
                for block in message.content
                if block.type == "tool_use"
            ]
            messages += [
                {"role": "assistant", "content": message.content},
                {"role": "user", "content": results},
            ]
        return "the model does not come to an end"
    except Exception as error:
        return str(error)


outcome = {
    "turn": ask(fetch_page, whole),
    "streamed": ask(fetch_page, streamed),
    "erase": ask(erase_everything, whole),
}
print(json.dumps(outcome), flush=True)
