"""One governed turn with LangGraph. Prints one line of JSON, and ends."""
import json
import os

from langchain.agents import create_agent
from langchain_openai import ChatOpenAI
from tools import erase_everything, fetch_page


def ask(tool):
    try:
        agent = create_agent(ChatOpenAI(model=os.environ["OPENAI_MODEL"]), tools=[tool])
        state = agent.invoke({"messages": [("user", "read the page")]})
        return state["messages"][-1].content
    except Exception as error:
        return str(error)


print(json.dumps({"turn": ask(fetch_page), "erase": ask(erase_everything)}), flush=True)
