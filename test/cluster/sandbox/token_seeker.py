# Asks a model, and looks for tokens in every place where a pod may have one.
import json
import os
import urllib.request

PLACES = ['/run/kars/identity', '/run/kars/credentials', '/var/run/secrets', '/run/secrets']

body = json.dumps({'messages': [{'role': 'user', 'content': 'hi'}], 'max_tokens': 10}).encode()
request = urllib.request.Request(
    'http://127.0.0.1:8443/v1/chat/completions',
    data=body,
    headers={'content-type': 'application/json'},
)
opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
with opener.open(request, timeout=60) as response:
    content = json.load(response)['choices'][0]['message']['content']
found = [place for place in PLACES if os.path.exists(place)]
print(json.dumps({**json.loads(content), 'found': found}), flush=True)
