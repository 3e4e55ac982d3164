import '@mantine/core/styles.layer.css';
import '@mantine/dates/styles.layer.css';
import {
  createTheme,
  type CSSVariablesResolver,
  defaultVariantColorsResolver,
  MantineProvider,
} from '@mantine/core';
import { DatesProvider } from '@mantine/dates';
import 'dayjs/locale/es.js';
import 'dayjs/locale/zh-cn.js';
import type { ReactNode } from 'react';
import type { Language } from '../../text/index.ts';
import { useColours, useLanguage } from '../preferences.ts';

/** What the calendar of the component library calls the app's languages. */
const CALENDARS: Readonly<Record<Language, string>> = { en: 'en', zh: 'zh-cn', es: 'es' };

const theme = createTheme({
  primaryColor: 'halfhour',
  primaryShade: { light: 6, dark: 4 },
  autoContrast: true,
  // The library judges contrast by the light shade, also in the dark.
  variantColorResolver(input) {
    const colours = defaultVariantColorsResolver(input);
    const isAccent = input.variant === 'filled' && (input.color ?? 'halfhour') === 'halfhour';
    return isAccent ? { ...colours, color: 'var(--on-accent)' } : colours;
  },
  colors: {
    // From ink to ground, the dark ones of styles.css where the library has a use for them.
    dark: [
      '#e8ebee',
      '#a9b2bc',
      '#8a949f',
      '#5b6570',
      '#2a313a',
      '#242b33',
      '#191e24',
      '#12161b',
      '#0e1216',
      '#0a0d10',
    ],
    // The accent of styles.css is shade 6 in light and 4 in dark.
    halfhour: [
      '#e6f6f3',
      '#cdeae5',
      '#a3dcd3',
      '#78d4c6',
      '#4fd1bf',
      '#1f9a8e',
      '#0f766e',
      '#0c645d',
      '#0a534d',
      '#07403b',
    ],
  },
  fontFamily: 'var(--font-sans)',
  headings: { fontFamily: 'var(--font-sans)', fontWeight: '600' },
  defaultRadius: 'md',
  radius: { md: '0.375rem' },
  // The page's text is 14 pixels, as in styles.css; the library would set 16.
  fontSizes: { md: '0.875rem', lg: '1rem', xl: '1.125rem' },
  lineHeights: { md: '1.4' },
});

/** The library's colours are those of styles.css, so that its components look like what stands around them. */
const variables = {
  '--mantine-color-body': 'var(--surface)',
  '--mantine-color-text': 'var(--ink)',
  '--mantine-color-dimmed': 'var(--ink-2)',
  '--mantine-color-placeholder': 'var(--ink-3)',
  '--mantine-color-anchor': 'var(--accent)',
  '--mantine-color-error': 'var(--late)',
  '--mantine-color-default': 'var(--surface)',
  '--mantine-color-default-hover': 'var(--surface-2)',
  '--mantine-color-default-color': 'var(--ink)',
  '--mantine-color-default-border': 'var(--line)',
  '--mantine-color-disabled': 'var(--surface-3)',
  '--mantine-color-disabled-color': 'var(--ink-3)',
  '--mantine-color-disabled-border': 'var(--line)',
  '--mantine-primary-color-filled': 'var(--accent)',
  '--mantine-primary-color-contrast': 'var(--on-accent)',
  '--mantine-primary-color-light': 'var(--accent-soft)',
  '--mantine-primary-color-light-color': 'var(--accent)',
  '--table-border-color': 'var(--line)',
};
const resolver: CSSVariablesResolver = () => ({ variables: {}, light: variables, dark: variables });

/** The component library in the app's look, for the pages of tables and forms. It loads with the first of them. */
export function WorkLook({ children }: { children: ReactNode }) {
  const [, colours] = useColours();
  const [language] = useLanguage();
  return (
    <MantineProvider theme={theme} cssVariablesResolver={resolver} forceColorScheme={colours}>
      <DatesProvider settings={{ locale: CALENDARS[language], firstDayOfWeek: 1 }}>{children}</DatesProvider>
    </MantineProvider>
  );
}
