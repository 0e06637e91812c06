// Links. Addresses are words of the desk's own (`places.ts`, the router), so they are plain texts here.

import { Button, type ButtonProps } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import type { CSSProperties, ReactNode } from "react";
import { router } from "../router";

export type Search = Record<string, string | undefined>;

interface GoProps {
  to: string;
  search?: Search;
  children?: ReactNode;
  className?: string;
  style?: CSSProperties;
  "aria-label"?: string;
  onClick?: () => void;
}

export function Go({ to, search = {}, ...rest }: GoProps) {
  return <Link to={to as "/"} search={search as never} {...rest} />;
}

export function GoButton({ to, search = {}, children, ...rest }: ButtonProps & { to: string; search?: Search; children: ReactNode }) {
  return (
    <Button component={Link} to={to as "/"} search={search as never} {...rest}>
      {children}
    </Button>
  );
}

export const go = (to: string, search: Search = {}, replace = false): Promise<void> =>
  router.navigate({ to: to as "/", search: search as never, replace });
