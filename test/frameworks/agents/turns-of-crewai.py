"""CrewAI, with chat completions: a crew of one agent, as its documentation begins."""
from crewai import Agent, Crew, LLM, Task
from crewai.tools import tool as offered
from turns import ASKED, KEY, MODEL, take_turns


def ask(endpoint, tool):
    model = LLM(model=f"openai/{MODEL}", base_url=f"{endpoint}/v1", api_key=KEY)
    tools = [offered(tool.__name__)(tool)]
    # A crew begins its task anew at any error, which is no retry of a call: twice, unless it is told not to.
    agent = Agent(role="reader", goal=ASKED, backstory="none", llm=model, tools=tools, max_retry_limit=0)
    task = Task(description=ASKED, expected_output="the page", agent=agent)
    return Crew(agents=[agent], tasks=[task]).kickoff().raw


take_turns(ask)
