"""Pydantic AI, with chat completions."""
from pydantic_ai import Agent
from pydantic_ai.models.openai import OpenAIChatModel
from pydantic_ai.providers.openai import OpenAIProvider
from turns import ASKED, KEY, MODEL, take_turns


def ask(endpoint, tool):
    provider = OpenAIProvider(base_url=f"{endpoint}/v1", api_key=KEY)
    return Agent(OpenAIChatModel(MODEL, provider=provider), tools=[tool]).run_sync(ASKED).output


take_turns(ask)
