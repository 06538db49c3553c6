"""Google's agent development kit, with chat completions."""
import asyncio

from google.adk.agents import LlmAgent
from google.adk.integrations.openai import OpenAILlm
from google.adk.runners import InMemoryRunner
from google.genai import types
from turns import ASKED, KEY, MODEL, take_turns


async def turn(endpoint, tool):
    model = OpenAILlm(model=MODEL, base_url=f"{endpoint}/v1", api_key=KEY)
    runner = InMemoryRunner(agent=LlmAgent(name="reader", model=model, tools=[tool]), app_name="reader")
    session = await runner.session_service.create_session(app_name="reader", user_id="user")
    said = ""
    message = types.Content(role="user", parts=[types.Part(text=ASKED)])
    async for event in runner.run_async(user_id="user", session_id=session.id, new_message=message):
        if event.error_message:
            raise RuntimeError(event.error_message)
        if event.is_final_response() and event.content:
            said = "".join(part.text or "" for part in event.content.parts)
    return said


take_turns(lambda endpoint, tool: asyncio.run(turn(endpoint, tool)))
