// A real OpenID Connect provider on loopback, for tests/it/oidc/provider.rs:
//   node server.mjs 9400
// gives JWT access tokens by client_credentials for any `resource` below. It is for tests only:
// its keys are made at every start, and its client's secret is in this file.
import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import { Provider } from 'oidc-provider';

const port = Number(process.argv[2] ?? 9400);
if (!Number.isInteger(port) || port < 1 || port > 65535) {
  console.error('Give a port: node server.mjs 9400');
  process.exit(2);
}
const issuer = `http://127.0.0.1:${port}`;

// Each audience has its tokens signed by another algorithm.
const audiences = {
  'https://signpost.test/api': 'RS256',
  'https://signpost.test/ps256': 'PS256',
  'https://signpost.test/es256': 'ES256',
  'https://signpost.test/eddsa': 'EdDSA',
  'https://elsewhere.test/api': 'RS256',
};

const key = (alg, type, options) => ({
  ...generateKeyPairSync(type, options).privateKey.export({ format: 'jwk' }),
  alg,
  use: 'sig',
});
const keys = [
  key('RS256', 'rsa', { modulusLength: 2048 }),
  key('PS256', 'rsa', { modulusLength: 2048 }),
  key('ES256', 'ec', { namedCurve: 'P-256' }),
  key('EdDSA', 'ed25519', {}),
];

const provider = new Provider(issuer, {
  jwks: { keys },
  clients: [{
    client_id: 'signpost-test',
    client_secret: 'for-tests-on-loopback-only',
    grant_types: ['client_credentials'],
    response_types: [],
    redirect_uris: [],
    token_endpoint_auth_method: 'client_secret_post',
  }],
  enabledJWA: {
    idTokenSigningAlgValues: ['RS256', 'PS256', 'ES256', 'EdDSA'],
  },
  features: {
    devInteractions: { enabled: false },
    clientCredentials: { enabled: true },
    resourceIndicators: {
      enabled: true,
      getResourceServerInfo: (ctx, resource) => {
        const alg = audiences[resource];
        if (!alg) throw new Error('no such resource');
        return {
          scope: '',
          audience: resource,
          accessTokenFormat: 'jwt',
          accessTokenTTL: 300,
          jwt: { sign: { alg } },
        };
      },
    },
  },
});

createServer(provider.callback()).listen(port, '127.0.0.1', () => console.log(`listening at ${issuer}`));
