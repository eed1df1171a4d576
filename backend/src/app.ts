import express, { type Express, type RequestHandler } from 'express';
import type { Config, ProcessRole } from './config.js';
import { isTransient } from './database/errors.js';
import type { Services } from './dependencies.js';
import { UnavailableError } from './errors.js';
import { auditRoutes } from './features/audit/audit.routes.js';
import { changeRoutes } from './features/changes/change.routes.js';
import { deploymentRoutes } from './features/deployments/deployment.routes.js';
import { environmentRoutes } from './features/environments/environment.routes.js';
import { apiTokenRoutes } from './features/auth/api-token.routes.js';
import { sessionRoutes } from './features/auth/session.routes.js';
import { hookRoutes } from './features/hooks/hook.routes.js';
import { jobRoutes } from './features/jobs/job.routes.js';
import { liveRoutes } from './features/live/live.routes.js';
import { pipelineRoutes } from './features/pipelines/pipeline.routes.js';
import { quarantineRoutes } from './features/quarantine/quarantine.routes.js';
import { recordRoutes } from './features/records/record.routes.js';
import { knownRecordData } from './features/records/record.schema.js';
import { repositoryRoutes } from './features/repositories/repository.routes.js';
import { runRoutes } from './features/runs/run.routes.js';
import { sourceRoutes } from './features/sources/source.routes.js';
import { infoRoutes, securityTextRoutes, systemRoutes, type SystemServices } from './features/system/system.routes.js';
import { accountRoutes } from './features/users/account.routes.js';
import { userRoutes, userValidationRoutes } from './features/users/user.routes.js';
import { requireAccess } from './http/admission.js';
import { apiDocs } from './http/api-docs.js';
import { cors } from './http/cors.js';
import { refuseOtherHosts } from './http/hosts.js';
import { forceHttps } from './http/https.js';
import { answerNotFound } from './http/methods.js';
import { inTurn } from './http/in-turn.js';
import { mount } from './http/mount.js';
import { answerErrors, observe, type ErrorHandling, type Observers } from './http/observe.js';
import { openApiDocument, type EndpointGroup } from './http/openapi.js';
import { flat, NO_STORE, securityHeaders } from './http/security-headers.js';
import { webUi } from './http/web-ui.js';

const API_ROOT = '/api/v1';
const RETRY_AFTER_SECONDS = 5;

export interface AppOptions {
  services: Services;
  system: SystemServices;
  observers: Observers;
  errors: Omit<ErrorHandling, 'asUnavailable'>;
  config: Pick<Config, 'environment' | 'http' | 'intake' | 'roles'>;
  version: string;
  /** The built front end; none is served without it. */
  webRoot?: string;
}

/** What one role answers; without a role, what every process does. */
export interface RoleGroup extends EndpointGroup {
  role?: ProcessRole;
}

/** Every endpoint there is. */
export function endpointGroups(services: Services, system: SystemServices, intake: Config['intake']): RoleGroup[] {
  return [
    {
      role: 'ingest',
      root: API_ROOT,
      endpoints: [
        ...hookRoutes(services.hooks, intake),
        ...recordRoutes(services.records, intake),
        ...quarantineRoutes(services.quarantine),
      ],
      schemas: Object.values(knownRecordData),
    },
    { role: 'business', root: API_ROOT, endpoints: userValidationRoutes(services.users) },
    {
      role: 'gateway',
      root: API_ROOT,
      endpoints: [
        ...pipelineRoutes(services.pipelines),
        ...runRoutes(services.runs),
        ...jobRoutes(services.jobs),
        ...deploymentRoutes(services.deployments),
        ...environmentRoutes(services.environments),
        ...repositoryRoutes(services.repositories),
        ...changeRoutes(services.changes),
        ...sourceRoutes(services.sources),
        ...sessionRoutes(services.signIns, services.sessions, services.sessionCookie),
        ...apiTokenRoutes(services.apiTokens),
        ...userRoutes(services.users),
        ...accountRoutes(services.accounts),
        ...liveRoutes(services.live),
        ...auditRoutes(services.audit),
        ...infoRoutes(system),
      ],
    },
    { role: 'gateway', root: '', endpoints: securityTextRoutes(services.securityText) },
    { root: '', endpoints: systemRoutes(system) },
  ];
}

export function createApp({ services, system, observers, errors, config, version, webRoot }: AppOptions): Express {
  const app = express();
  const https = config.http.publicUrl.startsWith('https:');
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('trust proxy', config.http.trustProxy);
  app.set('query parser', 'simple');

  const apiHeaders = flat([...securityHeaders('api', { https }), NO_STORE]);
  const groups = endpointGroups(services, system, config.intake);
  const served = groups.filter(({ role }) => role === undefined || config.roles.has(role));
  app.use(
    inTurn(
      observe(observers, { apiHeaders, directRemote: config.http.trustProxy === false }),
      ...guards(config.http, services.origins),
      mount(served, { protection: services.protection, checkReadyAnswers: config.environment === 'test' }),
    ),
  );
  if (config.roles.has('gateway')) {
    app.use(['/api/docs', '/api/openapi.json'], requireAccess(services.protection, 'viewer'));
    app.use('/api', apiDocs(openApiDocument(groups, version), { https }));
    app.use('/api', answerNotFound);
    if (webRoot !== undefined) app.use(webUi(webRoot, { https }));
  }
  app.use(answerNotFound);
  app.use(answerErrors({ ...errors, asUnavailable }));
  return app;
}

/** What stands before every address; each guard only where it has something to guard. */
function guards(http: Config['http'], origins: Services['origins']): RequestHandler[] {
  return [
    ...(http.onLoopback ? [refuseOtherHosts(http.publicUrl)] : []),
    ...(http.forceHttps ? [forceHttps(http.publicUrl)] : []),
    ...(http.corsOrigins.length > 0 ? [cors(origins)] : []),
  ];
}

function asUnavailable(error: unknown): UnavailableError | undefined {
  if (!isTransient(error)) return undefined;
  return new UnavailableError('The database does not answer for the moment.', RETRY_AFTER_SECONDS, { cause: error });
}
