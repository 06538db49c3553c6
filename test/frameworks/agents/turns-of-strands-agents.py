"""Strands, with chat completions."""
from strands import Agent, tool as offered
from strands.models.openai import OpenAIModel
from turns import ASKED, KEY, MODEL, take_turns


def ask(endpoint, tool):
    model = OpenAIModel(client_args={"base_url": f"{endpoint}/v1", "api_key": KEY}, model_id=MODEL)
    return Agent(model=model, tools=[offered(tool)], callback_handler=None)(ASKED)


take_turns(ask)
