import { ThresholdsConfigBuilder, ThresholdsMode } from '@grafana/grafana-foundation-sdk/dashboard';

/** From Grafana's palette, which has a light and a dark form of each. */
export const colors = { good: 'green', warning: 'orange', bad: 'red', quiet: 'text', other: 'blue' } as const;

/** Where a figure begins to be a warning, and where it is bad; a warning may be left out. */
export type Limits = { warnFrom?: number; badFrom: number } | { warnBelow?: number; badBelow: number };

export function thresholdsOf(limits: Limits): ThresholdsConfigBuilder {
  const steps =
    'badFrom' in limits
      ? [
          { value: null, color: colors.good },
          ...(limits.warnFrom === undefined ? [] : [{ value: limits.warnFrom, color: colors.warning }]),
          { value: limits.badFrom, color: colors.bad },
        ]
      : [
          { value: null, color: colors.bad },
          ...(limits.warnBelow === undefined
            ? [{ value: limits.badBelow, color: colors.good }]
            : [
                { value: limits.badBelow, color: colors.warning },
                { value: limits.warnBelow, color: colors.good },
              ]),
        ];
  return new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps(steps);
}
