import { createHmac } from 'node:crypto';

export default {
  hmac: (algorithm: string, secret: string, input: string, encoding: 'hex') =>
    createHmac(algorithm, secret).update(input).digest(encoding),
};
