"""Microsoft's agent framework, with chat completions."""
import asyncio

from agent_framework import Agent
from agent_framework.openai import OpenAIChatCompletionClient
from turns import ASKED, KEY, MODEL, take_turns


def ask(endpoint, tool):
    client = OpenAIChatCompletionClient(model=MODEL, base_url=f"{endpoint}/v1", api_key=KEY)
    return asyncio.run(Agent(client=client, name="reader", tools=[tool]).run(ASKED)).text


take_turns(ask)
