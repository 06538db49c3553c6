"""LangGraph, with chat completions."""
from langchain.agents import create_agent
from langchain_openai import ChatOpenAI
from turns import ASKED, KEY, MODEL, take_turns


def ask(endpoint, tool):
    model = ChatOpenAI(model=MODEL, base_url=f"{endpoint}/v1", api_key=KEY)
    state = create_agent(model, tools=[tool]).invoke({"messages": [("user", ASKED)]})
    return state["messages"][-1].content


take_turns(ask)
