/** GraphQL errors in the words and shapes of Shopify's server, which is not the library that runs here. */

import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import type { Requirement } from './schema.ts';

/** Something of the real schema that the sandbox cannot answer: fails the whole request, so that nobody mistakes it. */
export class SandboxGap extends Error {}

export function accessDenied(field: string, requirement: Requirement): GraphQLError {
  return new GraphQLError(`Access denied for ${field} field. Required access: ${requirement.words}`, {
    extensions: {
      code: 'ACCESS_DENIED',
      documentation: 'https://shopify.dev/api/usage/access-scopes',
      requiredAccess: requirement.words,
    },
  });
}

const protectedDocumentation = 'https://shopify.dev/docs/apps/launch/protected-customer-data';

export function notApproved(what: string): GraphQLError {
  return new GraphQLError(
    `This app is not approved to access ${what}. See ${protectedDocumentation} for more details.`,
    { extensions: { code: 'ACCESS_DENIED', documentation: protectedDocumentation } },
  );
}

export function refused(message: string, code: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code } });
}

interface Translation {
  pattern: RegExp;
  to(found: string[]): { message: string; extensions: Record<string, unknown> };
}

const translations: Translation[] = [
  {
    pattern: /^Cannot query field "(\w+)" on type "(\w+)"/,
    to: ([, fieldName = '', typeName = '']) => ({
      message: `Field '${fieldName}' doesn't exist on type '${typeName}'`,
      extensions: { code: 'undefinedField', typeName, fieldName },
    }),
  },
  {
    pattern: /^Unknown argument "(\w+)" on field "\w+\.(\w+)"/,
    to: ([, argumentName = '', name = '']) => ({
      message: `Field '${name}' doesn't accept argument '${argumentName}'`,
      extensions: { code: 'argumentNotAccepted', name, typeName: 'Field', argumentName },
    }),
  },
  {
    pattern: /^Field "(\w+)" argument "(\w+)" of type "[^"]+" is required/,
    to: ([, name = '', argument = '']) => ({
      message: `Field '${name}' is missing required arguments: ${argument}`,
      extensions: { code: 'missingRequiredArguments', className: 'Field', name, arguments: argument },
    }),
  },
  {
    pattern: /^Field "(\w+)" of type "([^"]+)" must have a selection of subfields/,
    to: ([, name = '', type = '']) => ({
      message: `Field must have selections (field '${name}' returns ${type.replace(/[![\]]/g, '')} but has no selections. Did you mean '${name} { ... }'?)`,
      extensions: {
        code: 'selectionMismatch',
        nodeName: `field '${name}'`,
        typeName: type.replace(/[![\]]/g, ''),
      },
    }),
  },
  {
    pattern: /^Variable "\$(\w+)" is not defined(?: by operation "(\w+)")?/,
    to: ([, variableName = '', operation]) => ({
      message: `Variable $${variableName} is used by ${operation ?? 'anonymous query'} but not declared`,
      extensions: { code: 'variableNotDefined', variableName },
    }),
  },
  {
    pattern: /^Variable "\$(\w+)" is never used(?: in operation "(\w+)")?/,
    to: ([, variableName = '', operation]) => ({
      message: `Variable $${variableName} is declared by ${operation ?? 'anonymous query'} but not used`,
      extensions: { code: 'variableNotUsed', variableName },
    }),
  },
  {
    pattern: /^Variable "\$(\w+)" (?:of required type "([^"]+)" was not provided|got invalid value .*)/s,
    to: ([whole = '', name = '', type]) => ({
      message: `Variable $${name}${type ? ` of type ${type}` : ''} was provided invalid value`,
      extensions: {
        code: 'INVALID_VARIABLE',
        problems: [{ path: [], explanation: type ? 'Expected value to not be null' : whole }],
      },
    }),
  },
  {
    pattern: /^The (?:field|argument|input field|enum value) .* is deprecated\. /s,
    to: ([]) => ({ message: '', extensions: { code: 'SANDBOX_DEPRECATED' } }),
  },
];

export function asShopifyWords(error: GraphQLError): GraphQLFormattedError {
  for (const { pattern, to } of translations) {
    const found = pattern.exec(error.message);
    if (!found) continue;
    const { message, extensions } = to([...found]);
    const { locations } = error.toJSON();
    return { message: message || error.message, ...(locations && { locations }), extensions };
  }
  return error.toJSON();
}
