# Stands for Entra and for a model: tells the claims of the assertion that it took a token for.
import base64
import http.server
import json
import sys
import urllib.parse

TOKEN = 'token-of-the-model'
claims = {}


class Handler(http.server.BaseHTTPRequestHandler):
    def do_POST(self):
        body = self.rfile.read(int(self.headers['content-length'])).decode()
        if self.path == '/token':
            form = dict(urllib.parse.parse_qsl(body))
            part = form['client_assertion'].split('.')[1]
            claims.update(json.loads(base64.urlsafe_b64decode(part + '==')))
            self.answer({'token_type': 'Bearer', 'expires_in': 3600, 'access_token': TOKEN})
            return
        told = {
            'is_called_with_token': self.headers['authorization'] == f'Bearer {TOKEN}',
            'sub': claims.get('sub'),
            'aud': claims.get('aud'),
            'seconds': claims.get('exp', 0) - claims.get('iat', 0),
        }
        message = {'role': 'assistant', 'content': json.dumps(told)}
        choice = {'index': 0, 'message': message, 'finish_reason': 'stop'}
        usage = {'prompt_tokens': 1, 'completion_tokens': 1, 'total_tokens': 2}
        self.answer({'id': 'c', 'object': 'chat.completion', 'created': 1, 'model': 'small',
                     'choices': [choice], 'usage': usage})

    def answer(self, value):
        body = json.dumps(value).encode()
        self.send_response(200)
        self.send_header('content-type', 'application/json')
        self.send_header('content-length', str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


http.server.ThreadingHTTPServer(('', int(sys.argv[1])), Handler).serve_forever()
