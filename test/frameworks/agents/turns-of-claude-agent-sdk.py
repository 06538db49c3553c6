"""Claude's agent SDK, with messages that the router translates."""
import asyncio

from claude_agent_sdk import ClaudeAgentOptions, ResultMessage, create_sdk_mcp_server, query, tool as offered
from turns import ASKED, KEY, MODEL, take_turns


async def turn(endpoint, tool):
    async def call(arguments):
        return {"content": [{"type": "text", "text": tool(**arguments)}]}

    server = create_sdk_mcp_server("n", tools=[offered(tool.__name__, tool.__doc__, tool.__annotations__ and {"url": str})(call)])
    options = ClaudeAgentOptions(
        model=MODEL,
        tools=[],
        mcp_servers={"n": server},
        allowed_tools=[f"mcp__n__{tool.__name__}"],
        permission_mode="dontAsk",
        setting_sources=[],
        env={
            "ANTHROPIC_BASE_URL": f"{endpoint}/anthropic",
            "ANTHROPIC_API_KEY": KEY,
            "ENABLE_TOOL_SEARCH": "false",
            "CLAUDE_CODE_DISABLE_EXPERIMENTAL_BETAS": "1",
            "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC": "1",
        },
    )
    async for message in query(prompt=ASKED, options=options):
        if isinstance(message, ResultMessage):
            if message.is_error:
                raise RuntimeError(message.result)
            return message.result


take_turns(lambda endpoint, tool: asyncio.run(turn(endpoint, tool)))
