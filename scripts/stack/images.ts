import { checkBuiltImages } from './images/built-images.js';
import { checkDockerfiles } from './images/dockerfiles.js';
import { checkServedPages } from './images/served-pages.js';
import type { StackCheck } from './stack-check.js';

export const imageChecks: readonly StackCheck[] = [
  { name: 'images: Dockerfiles', run: checkDockerfiles },
  { name: 'images: pages by nginx', programs: ['nginx'], run: checkServedPages },
  {
    name: 'images: built and run',
    programs: ['buildah', 'debootstrap', 'unshare', 'nsenter', 'setpriv', 'ip'],
    slow: true,
    run: checkBuiltImages,
  },
];
