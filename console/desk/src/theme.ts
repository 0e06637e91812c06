import { createTheme, type MantineColorsTuple } from "@mantine/core";

/** The red earth of Niamey: the company's colour. */
const laterite: MantineColorsTuple = [
  "#fdf1ea", "#f8ded0", "#f0bb9f", "#e8956a", "#e0763f", "#d5612a", "#b84e1f", "#9c4a21", "#7f3918", "#642a0f",
];

export const theme = createTheme({
  colors: { laterite },
  primaryColor: "laterite",
  primaryShade: { light: 7, dark: 7 },
  defaultRadius: "md",
  autoContrast: true,
  respectReducedMotion: true,
  fontFamily: "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', sans-serif",
  components: {
    TextInput: { defaultProps: { size: "md" } },
    Textarea: { defaultProps: { size: "md" } },
    PasswordInput: { defaultProps: { size: "md" } },
    NativeSelect: { defaultProps: { size: "md" } },
    Modal: { defaultProps: { centered: true } },
  },
});
