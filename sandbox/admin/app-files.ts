/** What the project deploys to Shopify: scopes, webhook subscriptions, the pixel's settings and the embed's handle. */

import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { isTable, parseToml, type TomlTable, type TomlValue } from './toml.ts';

export interface WebhookSubscription {
  topic: string;
  uri: string;
  compliance: boolean;
  includeFields: string[] | null;
  filter: string | null;
  name: string | null;
}

interface PixelSettingField {
  name: string;
  /** Least and greatest length of the text. */
  min: number | null;
  max: number | null;
  pattern: string | null;
}

export interface DeployedApp {
  scopes: string[];
  optionalScopes: string[];
  webhookVersion: string;
  subscriptions: WebhookSubscription[];
  pixelSettings: PixelSettingField[];
  /** Null while the app has no theme app extension. */
  embed: { extensionHandle: string; uid: string; block: string; name: string } | null;
}

const project = new URL('../../', import.meta.url);

function texts(value: TomlValue | undefined): string[] {
  return Array.isArray(value) ? value.map(String) : [];
}

function scopeList(value: TomlValue | undefined): string[] {
  const list = typeof value === 'string' ? value.split(',') : texts(value);
  return list.map((scope) => scope.trim()).filter(Boolean);
}

function tables(value: TomlValue | undefined): TomlTable[] {
  return Array.isArray(value) ? value.filter(isTable) : [];
}

function child(table: TomlTable, key: string): TomlTable {
  const value = table[key];
  return isTable(value) ? value : {};
}

export function readSubscriptions(app: TomlTable): WebhookSubscription[] {
  const read = tables(child(app, 'webhooks').subscriptions).flatMap((entry) => {
    const include = texts(entry.include_fields);
    const shared = {
      uri: String(entry.uri ?? ''),
      includeFields: include.length > 0 ? include : null,
      filter: typeof entry.filter === 'string' ? entry.filter : null,
      name: typeof entry.name === 'string' ? entry.name : null,
    };
    return [
      ...texts(entry.topics).map((topic) => ({ topic, compliance: false, ...shared })),
      ...texts(entry.compliance_topics).map((topic) => ({ topic, compliance: true, ...shared })),
    ];
  });
  const seen = new Set<string>();
  for (const { topic, uri, filter, compliance } of read) {
    const key = compliance ? topic : `${topic} ${uri} ${filter ?? ''}`;
    if (seen.has(key)) throw new Error(`shopify.app.toml subscribes twice to ${key.trim()}`);
    seen.add(key);
  }
  return read;
}

function readPixelSettings(extension: TomlTable): PixelSettingField[] {
  return Object.entries(child(child(extension, 'settings'), 'fields')).map(([name, field]) => {
    const rules = isTable(field) ? tables(field.validations) : [];
    const rule = (wanted: string) => rules.find((candidate) => candidate.name === wanted)?.value;
    const length = (value: TomlValue | undefined) => (value === undefined ? null : Number(value));
    const pattern = rule('regex');
    return {
      name,
      min: length(rule('min')),
      max: length(rule('max')),
      pattern: pattern === undefined ? null : String(pattern),
    };
  });
}

function readExtensions(): { handle: string; directory: URL; toml: TomlTable }[] {
  const root = new URL('extensions/', project);
  if (!existsSync(root)) return [];
  return readdirSync(root, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => ({ entry, directory: new URL(`${entry.name}/`, root) }))
    .filter(({ directory }) => existsSync(new URL('shopify.extension.toml', directory)))
    .map(({ entry, directory }) => {
      const toml = parseToml(readFileSync(new URL('shopify.extension.toml', directory), 'utf8'));
      return { handle: typeof toml.handle === 'string' ? toml.handle : entry.name, directory, toml };
    });
}

export function readDeployedApp(): DeployedApp {
  const app = parseToml(readFileSync(new URL('shopify.app.toml', project), 'utf8'));
  const access = child(app, 'access_scopes');
  const extensions = readExtensions();
  const pixel = extensions.find(({ toml }) => toml.type === 'web_pixel_extension');
  const theme = extensions.find(({ toml }) => toml.type === 'theme');
  const block =
    theme && readdirSync(new URL('blocks/', theme.directory)).find((file) => file.endsWith('.liquid'));
  return {
    scopes: scopeList(access.scopes),
    optionalScopes: scopeList(access.optional_scopes),
    webhookVersion: String(child(app, 'webhooks').api_version ?? ''),
    subscriptions: readSubscriptions(app),
    pixelSettings: pixel ? readPixelSettings(pixel.toml) : [],
    embed:
      theme && block
        ? {
            extensionHandle: theme.handle,
            uid: String(theme.toml.uid ?? theme.handle),
            block: block.replace(/\.liquid$/, ''),
            name: String(theme.toml.name ?? theme.handle),
          }
        : null,
  };
}
