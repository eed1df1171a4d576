/** As much of an OpenAPI 3.1 document as requests are made of (https://spec.openapis.org/oas/v3.1.1.html). */
export interface ApiDocument {
  paths: Record<string, Partial<Record<string, Operation>>>;
}

export interface Operation {
  parameters?: Parameter[];
  requestBody?: { content: Record<string, { example?: unknown }> };
  responses: Record<string, { content?: Record<string, unknown> }>;
}

export interface Parameter {
  name: string;
  in: 'path' | 'query' | 'header' | 'cookie';
  schema?: { type?: string; format?: string; enum?: unknown[]; default?: unknown };
}

/** Whether its answer does not end by itself. */
export const isStream = ({ responses }: Operation) => Boolean(responses['200']?.content?.['text/event-stream']);
