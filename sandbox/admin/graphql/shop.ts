/** Shop, installation, web pixel, app-data metafields, themes and consent policy. */

import { createHash } from 'node:crypto';
import type { SandboxMetafield, SandboxShop, World } from '../../world.ts';
import { readDeployedApp } from '../app-files.ts';
import { compressed, grantScopes, uninstallApp, withImplied } from '../installation.ts';
import { revokeAll } from '../tokens.ts';
import { connection, type Fields } from './connections.ts';
import { fieldsOf, gid, listOf, numericId, text, type AdminContext, type Resolvers } from './context.ts';
import { refused } from './errors.ts';

interface SandboxMarket {
  handle: string;
  countries: string[];
}

/** A market at home and one for some neighbours, as a new shop has them. */
function marketsOf(shop: SandboxShop): SandboxMarket[] {
  const abroad = ['US', 'CA', 'GB', 'DE', 'FR', 'AT', 'CH'].filter((country) => country !== shop.countryCode);
  return [
    { handle: shop.countryCode.toLowerCase(), countries: [shop.countryCode] },
    { handle: 'international', countries: abroad },
  ];
}

const marketNode = ({ handle, countries }: SandboxMarket): Fields => ({
  id: gid('Market', handle),
  handle,
  status: 'ACTIVE',
  conditions: {
    regionsCondition: {
      regions: (args: Fields, all: boolean) =>
        connection(
          countries,
          args,
          (code) => code,
          (code) => ({ __typename: 'MarketRegionCountry', id: gid('MarketRegionCountry', code), code }),
          all,
        ),
    },
  },
});

function shopNode(shop: SandboxShop): Fields {
  const host = `${shop.handle}.example`;
  const address = {
    id: gid('ShopAddress', shop.id),
    address1: shop.address1,
    address2: null,
    city: shop.city,
    company: shop.name,
    country: shop.country,
    countryCodeV2: shop.countryCode,
    phone: null,
    province: shop.province,
    provinceCode: shop.provinceCode,
    zip: shop.zip,
  };
  return {
    id: gid('Shop', shop.id),
    name: shop.name,
    email: shop.email,
    contactEmail: shop.email,
    myshopifyDomain: shop.domain,
    primaryDomain: { id: gid('Domain', shop.id), host, url: `https://${host}`, sslEnabled: true },
    url: `https://${host}`,
    currencyCode: shop.currency,
    enabledPresentmentCurrencies: [shop.currency, ...Object.keys(shop.presentmentRates)],
    ianaTimezone: shop.timeZone,
    shopAddress: address,
    shopOwnerName: shop.ownerName,
    taxesIncluded: shop.taxesIncluded,
    setupRequired: false,
    plan: {
      publicDisplayName: shop.plan,
      partnerDevelopment: shop.plan === 'Development',
      shopifyPlus: shop.plan === 'Shopify Plus',
    },
  };
}

function scopeNodes(scopes: readonly string[]): Fields[] {
  return scopes.map((handle) => ({ handle, description: handle.replaceAll('_', ' ') }));
}

function appNode(world: World): Fields {
  const deployed = readDeployedApp();
  return {
    id: gid('App', world.app.id),
    apiKey: world.app.apiKey,
    handle: world.app.handle,
    title: world.app.name,
    embedded: true,
    developerType: 'PARTNER',
    webhookApiVersion: deployed.webhookVersion,
    requestedAccessScopes: scopeNodes(deployed.scopes),
    optionalAccessScopes: scopeNodes(deployed.optionalScopes),
  };
}

function installationNode({ world, shop }: AdminContext): Fields {
  return {
    id: gid('AppInstallation', shop.install.installationId),
    accessScopes: scopeNodes(compressed(shop.install.grantedScopes)),
    app: appNode(world),
    launchUrl: `https://admin.shopify.com/store/${shop.handle}/apps/${world.app.handle}`,
    activeSubscriptions: [],
  };
}

function metafieldNode(field: SandboxMetafield): Fields {
  return {
    __typename: 'Metafield',
    id: gid('Metafield', field.id),
    legacyResourceId: field.id,
    namespace: field.namespace,
    key: field.key,
    type: field.type,
    value: field.value,
    jsonValue: field.type === 'json' ? JSON.parse(field.value) : field.value,
    compareDigest: createHash('sha256').update(field.value).digest('hex'),
    sizeInBytes: Buffer.byteLength(field.value),
    createdAt: field.createdAt,
    updatedAt: field.updatedAt,
    ownerType: 'API_PERMISSION',
  };
}

function metafieldProblem(
  input: Fields,
  installation: string,
): { code: string; field: string; message: string } | null {
  const namespace = text(input.namespace) ?? '';
  const key = text(input.key) ?? '';
  const value = text(input.value) ?? '';
  if (input.ownerId !== installation) {
    return {
      code: 'APP_NOT_AUTHORIZED',
      field: 'ownerId',
      message: 'The sandbox keeps metafields of the app installation only',
    };
  }
  if (namespace.length < 3)
    return {
      code: 'TOO_SHORT',
      field: 'namespace',
      message: 'Namespace is too short (minimum is 3 characters)',
    };
  if (namespace.length > 255)
    return {
      code: 'TOO_LONG',
      field: 'namespace',
      message: 'Namespace is too long (maximum is 255 characters)',
    };
  if (key.length < 2)
    return { code: 'TOO_SHORT', field: 'key', message: 'Key is too short (minimum is 2 characters)' };
  if (key.length > 64)
    return { code: 'TOO_LONG', field: 'key', message: 'Key is too long (maximum is 64 characters)' };
  if (value === '') return { code: 'BLANK', field: 'value', message: "Value can't be blank" };
  const type = text(input.type);
  if (type === null) return { code: 'BLANK', field: 'type', message: "Type can't be blank" };
  if (
    !['json', 'single_line_text_field', 'multi_line_text_field', 'boolean', 'number_integer'].includes(type)
  ) {
    return { code: 'INVALID_TYPE', field: 'type', message: `Type ${type} is not one the sandbox can check` };
  }
  if (type === 'json') {
    try {
      JSON.parse(value);
    } catch {
      return { code: 'INVALID_VALUE', field: 'value', message: 'Value is invalid JSON.' };
    }
  }
  return null;
}

/** All or nothing, as the real mutation. */
function setMetafields({ world, shop }: AdminContext, inputs: unknown[]): Fields {
  if (inputs.length > 25) {
    return {
      metafields: null,
      userErrors: [
        metafieldError(
          null,
          null,
          'LESS_THAN_OR_EQUAL_TO',
          'Exceeded the maximum metafields input limit. The maximum is 25.',
        ),
      ],
    };
  }
  const installation = gid('AppInstallation', shop.install.installationId);
  const userErrors = inputs.flatMap((input, index) => {
    const problem = metafieldProblem(fieldsOf(input), installation);
    return problem ? [metafieldError(index, problem.field, problem.code, problem.message)] : [];
  });
  if (userErrors.length > 0) return { metafields: [], userErrors };
  const now = world.clock.now().toISOString();
  const written = inputs.map((input) => {
    const { namespace, key, type, value } = fieldsOf(input);
    const known = shop.install.metafields.find((field) => field.namespace === namespace && field.key === key);
    const field: SandboxMetafield = {
      id: known?.id ?? world.random.id(),
      namespace: String(namespace),
      key: String(key),
      type: String(type),
      value: String(value),
      createdAt: known?.createdAt ?? now,
      updatedAt: now,
    };
    shop.install.metafields = [...shop.install.metafields.filter((other) => other !== known), field];
    world.record('metafield.set', shop, { namespace: field.namespace, key: field.key });
    return metafieldNode(field);
  });
  return { metafields: written, userErrors: [] };
}

function metafieldError(index: number | null, field: string | null, code: string, message: string): Fields {
  return {
    __typename: 'MetafieldsSetUserError',
    code,
    elementIndex: index,
    field: field === null ? ['metafields'] : ['metafields', String(index), field],
    message,
  };
}

type SettingsRead =
  { ok: true; settings: Record<string, string> } | { ok: false; code: string; message: string };

/** Settings have to fit the fields that the deployed extension declares: text for each, none besides. */
function readPixelSettings(given: unknown): SettingsRead {
  let settings = given;
  if (typeof settings === 'string') {
    try {
      settings = JSON.parse(settings);
    } catch {
      return { ok: false, code: 'INVALID_CONFIGURATION_JSON', message: 'Settings is not valid JSON' };
    }
  }
  if (settings === null || settings === undefined || settings === '') {
    return { ok: false, code: 'BLANK', message: "Settings can't be blank" };
  }
  if (typeof settings !== 'object' || Array.isArray(settings)) {
    return { ok: false, code: 'INVALID_CONFIGURATION_JSON', message: 'Settings must be an object' };
  }
  const declared = readDeployedApp().pixelSettings;
  const values = fieldsOf(settings);
  const invalid = (message: string): SettingsRead => ({ ok: false, code: 'INVALID_SETTINGS', message });
  for (const name of Object.keys(values)) {
    if (!declared.some((field) => field.name === name))
      return invalid(`Settings has an undeclared field: ${name}`);
  }
  const read: Record<string, string> = {};
  for (const { name, min, max, pattern } of declared) {
    const value = values[name];
    if (typeof value !== 'string') return invalid(`${name} must be text`);
    if (min !== null && value.length < min) return invalid(`${name} must have at least ${min} characters`);
    if (max !== null && value.length > max) return invalid(`${name} must have at most ${max} characters`);
    if (pattern !== null && !new RegExp(pattern).test(value)) return invalid(`${name} has the wrong form`);
    read[name] = value;
  }
  return { ok: true, settings: read };
}

function pixelNode(shop: SandboxShop): Fields | null {
  const { webPixel } = shop.install;
  return webPixel && { id: gid('WebPixel', webPixel.id), settings: JSON.stringify(webPixel.settings) };
}

function pixelRefusal(code: string, message: string, field: string[] | null): Fields {
  return {
    webPixel: null,
    userErrors: [{ __typename: 'ErrorsWebPixelUserError', code, message, field }],
  };
}

function createPixel({ world, shop }: AdminContext, input: Fields): Fields {
  if (readDeployedApp().pixelSettings.length === 0)
    return pixelRefusal('NO_EXTENSION', 'No extension found', null);
  if (shop.install.webPixel) return pixelRefusal('TAKEN', 'Web pixel is taken.', null);
  const read = readPixelSettings(input.settings);
  if (!read.ok) return pixelRefusal(read.code, read.message, ['settings']);
  shop.install.webPixel = {
    id: world.random.id(),
    settings: read.settings,
    dataSharingState: 'OPTIMIZED_ALLOW_ALL_EVENTS',
  };
  world.record('webpixel.created', shop, read.settings);
  return { webPixel: pixelNode(shop), userErrors: [] };
}

function updatePixel({ world, shop }: AdminContext, id: unknown, input: Fields): Fields {
  const { webPixel } = shop.install;
  if (!webPixel || id !== gid('WebPixel', webPixel.id)) {
    return pixelRefusal('NOT_FOUND', 'Web pixel not found', ['id']);
  }
  const read = readPixelSettings(input.settings);
  if (!read.ok) return pixelRefusal(read.code, read.message, ['settings']);
  webPixel.settings = read.settings;
  world.record('webpixel.updated', shop, read.settings);
  return { webPixel: pixelNode(shop), userErrors: [] };
}

/** `config/settings_data.json` of a theme, with the comment that Shopify puts on top. */
export function settingsData(shop: SandboxShop, main: boolean): string {
  const { embed } = readDeployedApp();
  const blocks =
    embed && main
      ? {
          '15683396631634586217': {
            type: `shopify://apps/tock/blocks/${embed.block}/${embed.uid}`,
            disabled: !shop.embedEnabled,
            settings: {},
          },
        }
      : {};
  return `/*\n * IMPORTANT: The contents of this file are auto-generated.\n */\n${JSON.stringify({ current: { sections: {}, blocks } }, null, 2)}`;
}

function themeNodes({ shop, world }: AdminContext, roles: unknown[]): Fields[] {
  const now = world.clock.now().toISOString();
  return shop.themes
    .filter(({ role }) => roles.length === 0 || roles.includes(role))
    .map((theme) => ({
      id: gid('OnlineStoreTheme', theme.id),
      name: theme.name,
      role: theme.role,
      prefix: '',
      processing: false,
      processingFailed: false,
      themeStoreId: null,
      createdAt: now,
      updatedAt: now,
      files: (args: Fields) => {
        const wanted = listOf(args.filenames).map(String);
        const file = 'config/settings_data.json';
        const body = settingsData(shop, theme.role === 'MAIN');
        const found = wanted.length === 0 || wanted.includes(file) || wanted.includes('config/*');
        const nodes = !found
          ? []
          : [
              {
                filename: file,
                contentType: 'application/json',
                size: String(Buffer.byteLength(body)),
                checksumMd5: createHash('md5').update(body).digest('hex'),
                createdAt: now,
                updatedAt: now,
                body: { __typename: 'OnlineStoreThemeFileBodyText', content: body },
              },
            ];
        const missing = wanted.filter((name) => name !== file && !name.includes('*'));
        return {
          nodes,
          edges: nodes.map((node) => ({ cursor: node.filename, node })),
          pageInfo: { hasNextPage: false, hasPreviousPage: false, startCursor: null, endCursor: null },
          userErrors: missing.map((filename) => ({ code: 'NOT_FOUND', filename })),
        };
      },
    }));
}

function revokeScopes(context: AdminContext, scopes: string[]): Fields {
  const { world, shop } = context;
  const deployed = readDeployedApp();
  const problem = (code: string, message: string) => ({
    revoked: null,
    userErrors: [
      { __typename: 'AppRevokeAccessScopesAppRevokeScopeError', code, field: ['scopes'], message },
    ],
  });
  if (scopes.some((scope) => deployed.scopes.includes(scope))) {
    return problem('CANNOT_REVOKE_REQUIRED_SCOPES', 'Required scopes cannot be revoked.');
  }
  if (scopes.some((scope) => !deployed.optionalScopes.includes(scope))) {
    return problem('CANNOT_REVOKE_UNDECLARED_SCOPES', 'Only declared optional scopes can be revoked.');
  }
  grantScopes(
    world,
    shop,
    shop.install.grantedScopes.filter((scope) => !scopes.includes(scope)),
  );
  return { revoked: scopeNodes(scopes), userErrors: [] };
}

export const shopResolvers: Resolvers = {
  'QueryRoot.shop': (_source, _args, { shop }) => shopNode(shop),
  'QueryRoot.app': (_source, _args, { world }) => appNode(world),
  'QueryRoot.currentAppInstallation': (_source, _args, context) => installationNode(context),
  'QueryRoot.appInstallation': (_source, args, context) =>
    args.id == null || args.id === gid('AppInstallation', context.shop.install.installationId)
      ? installationNode(context)
      : null,
  'App.installation': (_source, _args, context) => installationNode(context),
  'AppInstallation.metafield': (_source, args, { shop }) => {
    const field = shop.install.metafields.find(
      (one) => one.namespace === args.namespace && one.key === args.key,
    );
    return field ? metafieldNode(field) : null;
  },
  'AppInstallation.metafields': (_source, args, { shop, bulk }) =>
    connection(
      shop.install.metafields.filter(
        ({ namespace }) => args.namespace == null || namespace === args.namespace,
      ),
      args,
      ({ id }) => id,
      metafieldNode,
      bulk,
    ),
  'Mutation.metafieldsSet': (_source, args, context) => setMetafields(context, listOf(args.metafields)),
  'Mutation.metafieldsDelete': (_source, args, { shop }) => {
    const deleted = listOf(args.metafields).map((input) => {
      const { namespace, key, ownerId } = fieldsOf(input);
      const known = shop.install.metafields.find(
        (field) => field.namespace === namespace && field.key === key,
      );
      if (!known || ownerId !== gid('AppInstallation', shop.install.installationId)) return null;
      shop.install.metafields = shop.install.metafields.filter((field) => field !== known);
      return { namespace, key, ownerId };
    });
    return { deletedMetafields: deleted, userErrors: [] };
  },
  'QueryRoot.webPixel': (_source, args, { shop }) => {
    const pixel = pixelNode(shop);
    if (!pixel || (args.id != null && args.id !== pixel.id)) {
      throw refused('No web pixel was found for this app.', 'RESOURCE_NOT_FOUND');
    }
    return pixel;
  },
  'Mutation.webPixelCreate': (_source, args, context) => createPixel(context, fieldsOf(args.webPixel)),
  'Mutation.webPixelUpdate': (_source, args, context) =>
    updatePixel(context, args.id, fieldsOf(args.webPixel)),
  'Mutation.webPixelDelete': (_source, args, { world, shop }) => {
    const pixel = pixelNode(shop);
    if (!pixel || pixel.id !== args.id) {
      return {
        deletedWebPixelId: null,
        userErrors: [
          {
            __typename: 'ErrorsWebPixelUserError',
            code: 'NOT_FOUND',
            message: 'Web pixel not found',
            field: ['id'],
          },
        ],
      };
    }
    shop.install.webPixel = null;
    world.record('webpixel.deleted', shop);
    return { deletedWebPixelId: pixel.id, userErrors: [] };
  },
  'QueryRoot.themes': (_source, args, context) => {
    const nodes = themeNodes(context, listOf(args.roles));
    return connection(
      nodes,
      args,
      ({ id }) => numericId(id),
      (node) => node,
      context.bulk,
    );
  },
  'QueryRoot.theme': (_source, args, context) =>
    themeNodes(context, []).find((theme) => theme.id === args.id) ?? null,
  'QueryRoot.markets': (_source, args, { shop, bulk }) =>
    connection(marketsOf(shop), args, ({ handle }) => handle, marketNode, bulk),
  'QueryRoot.consentPolicy': (_source, args, { shop }) =>
    shop.consentPolicy
      .map((entry) => ({
        id: gid('ConsentPolicy', `${shop.id}${entry.countryCode}${entry.regionCode ?? ''}`),
        shopId: gid('Shop', shop.id),
        ...entry,
      }))
      .filter(
        (entry) =>
          (args.id == null || entry.id === args.id) &&
          (args.countryCode == null || entry.countryCode === args.countryCode) &&
          (args.regionCode == null || entry.regionCode === args.regionCode) &&
          (args.consentRequired == null || entry.consentRequired === args.consentRequired) &&
          (args.dataSaleOptOutRequired == null ||
            entry.dataSaleOptOutRequired === args.dataSaleOptOutRequired),
      ),
  'Mutation.appRevokeAccessScopes': (_source, args, context) =>
    revokeScopes(context, listOf(args.scopes).map(String)),
  'Mutation.appUninstall': (_source, _args, { world, shop }) => {
    const app = appNode(world);
    revokeAll(world, shop);
    uninstallApp(world, shop);
    return { app, userErrors: [] };
  },
};

export function grantedScopes(shop: SandboxShop, access: readonly string[]): ReadonlySet<string> {
  // A token never does more than the shop grants now, nor more than it was issued with.
  return new Set(withImplied(access.filter((scope) => shop.install.grantedScopes.includes(scope))));
}
