/** In lower case and without separators. */
const CREDENTIALS = new Set([
  ...['token', 'accesstoken', 'refreshtoken', 'idtoken', 'authtoken', 'bearertoken', 'apitoken', 'sessiontoken', 'jwt'],
  ...['key', 'apikey', 'accesskey', 'secret', 'clientsecret', 'password', 'passwd', 'pwd', 'passphrase'],
  ...['auth', 'authorization', 'bearer', 'credential', 'credentials', 'session', 'sessionid', 'sid'],
]);

/** Whether a query parameter of that name would be a secret in a URL, which logs and histories keep. */
export const isCredential = (parameter: string) => CREDENTIALS.has(parameter.toLowerCase().replace(/[^a-z]/g, ''));
