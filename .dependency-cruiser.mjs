/**
 * Who may know whom. A room is a folder of app/; what is not allowed here does not pass `npm run rooms`.
 */
const ROOMS = 'intake|record|visitors|enquiry|delivery|ledger|settings|privacy|alerts|radar';
const SHARED = 'record|visitors|settings';

/** @type {import('dependency-cruiser').IConfiguration} */
export default {
  forbidden: [
    {
      name: 'no-circles',
      comment: 'Two files that need each other are one file, or a third is missing.',
      severity: 'error',
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ['type-only'] } },
    },
    {
      name: 'conversion-knows-nobody',
      comment: 'The pure heart: values in, values out.',
      severity: 'error',
      from: { path: '^app/conversion/' },
      to: { path: '^(app|extensions|sandbox|test|bench|tools)/', pathNot: '^app/conversion/' },
    },
    {
      name: 'conversion-touches-nothing',
      comment: 'No I/O, no clock, no environment: of Node only hashing.',
      severity: 'error',
      from: { path: '^app/conversion/' },
      to: { dependencyTypes: ['core'], pathNot: '^(node:)?crypto$' },
    },
    {
      name: 'base-knows-nobody',
      severity: 'error',
      from: { path: '^app/base/' },
      to: { path: '^(app|extensions|sandbox|test|bench|tools)/', pathNot: '^app/base/' },
    },
    {
      name: 'edges-know-types-and-base',
      comment:
        'store, tiktok and shopify speak to one outside each; they know conversion and base, never a room.',
      severity: 'error',
      from: { path: '^app/(store|tiktok|shopify|http)/' },
      to: { path: `^app/(${ROOMS}|routes|ui|jobs|cli)/|^app/(server|worker|cli|house)[.]ts` },
    },
    {
      name: 'only-store-knows-the-database',
      severity: 'error',
      from: { path: '^app/', pathNot: '^app/(store|jobs)/' },
      to: { path: '^node_modules/(pg|@prisma|graphile-worker)/|^app/store/generated/' },
    },
    {
      name: 'only-tiktok-and-base-open-connections',
      severity: 'error',
      from: { path: '^app/', pathNot: '^app/(tiktok|base)/' },
      to: { path: '^node_modules/undici/' },
    },
    {
      name: 'rooms-do-not-know-each-other',
      comment: `Rooms may use ${SHARED}; nothing else of each other.`,
      severity: 'error',
      from: { path: `^app/(${ROOMS})/` },
      to: { path: `^app/(${ROOMS})/`, pathNot: [`^app/(${SHARED})/`, '^app/$1/'] },
    },
    {
      name: 'rooms-do-not-know-the-doors',
      severity: 'error',
      from: { path: `^app/(${ROOMS})/` },
      to: { path: '^app/(routes|ui|jobs|cli)/|^app/(server|worker|cli|house)[.]ts' },
    },
    {
      name: 'routes-know-rooms-by-type-only',
      comment: 'Routes get the house from the context, so that there is one instance of everything.',
      severity: 'error',
      from: { path: '^app/(routes|ui)/|^app/(root|entry)' },
      to: {
        path: `^app/(${ROOMS}|store|tiktok|base|jobs)/|^app/(server|worker|cli|house|config)[.]ts`,
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'extensions-know-the-shared-rules-only',
      severity: 'error',
      from: { path: '^extensions/[^/]+/src/' },
      to: {
        path: '^(app|sandbox|test|bench|tools)/',
        pathNot: '^app/conversion/(browser|event-id|beacon)[.]ts$',
      },
    },
    {
      name: 'the-storefront-rules-depend-on-nothing',
      severity: 'error',
      from: { path: '^app/conversion/(browser|event-id|beacon)[.]ts$' },
      to: { pathNot: '^app/conversion/(browser|event-id|beacon)[.]ts$', dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'nothing-knows-sandbox-or-test',
      severity: 'error',
      from: { path: '^(app|extensions)/' },
      to: { path: '^(sandbox|test|bench|tools)/' },
    },
    {
      name: 'sandbox-does-not-know-the-app',
      comment: 'A stand-in that shared code with the app would share its mistakes.',
      severity: 'error',
      from: { path: '^sandbox/' },
      to: { path: '^app/' },
    },
    {
      name: 'declared-dependencies-only',
      severity: 'error',
      from: { path: '^(app|extensions|sandbox|test|bench|tools)/' },
      to: { dependencyTypes: ['npm-no-pkg', 'npm-unknown', 'unknown', 'undetermined'], pathNot: '^virtual:' },
    },
    {
      name: 'production-needs-no-dev-dependency',
      severity: 'error',
      from: { path: '^app/', pathNot: '^app/http/vite[.]ts$' },
      to: { dependencyTypes: ['npm-dev'], dependencyTypesNot: ['type-only'] },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '^(build|app/store/generated/(internal|models))|^extensions/[^/]+/(dist|assets)/' },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['import', 'node', 'default', 'types'],
      extensions: ['.ts', '.tsx', '.js', '.mjs', '.json'],
    },
  },
};
