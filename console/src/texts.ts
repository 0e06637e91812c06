// What the console says itself (with straight apostrophes where the editor shows it: it marks the curly ones), French first. GraphiQL's own buttons speak English: it has no translations.

export type Language = "fr" | "en";

const fr = {
  title: "Console du personnel",
  intro: "Connectez-vous avec votre compte Belle House.",
  email: "Adresse e-mail",
  password: "Mot de passe",
  signIn: "Se connecter",
  signingIn: "Connexion…",
  visitor: "Continuer sans compte",
  visitorHint: "Sans compte, seules les données publiques répondent et la documentation reste cachée.",
  visitorName: "visiteur",
  memory: "La session reste dans cet onglet : fermé ou rechargé, il vous déconnecte.",
  signOut: "Se déconnecter",
  changePassword: "Changer le mot de passe",
  mustChange: "Votre mot de passe est provisoire. Choisissez le vôtre pour continuer.",
  currentPassword: "Mot de passe actuel",
  newPassword: "Nouveau mot de passe",
  newPasswordHint: "De 8 à 128 caractères, difficile à deviner. Vos autres appareils seront déconnectés.",
  save: "Enregistrer",
  cancel: "Annuler",
  passwordChanged: "Le mot de passe est changé.",
  notStaff: "Ce compte n’est pas celui du personnel : la documentation et la plupart des opérations lui sont fermées.",
  ended: "Votre session est terminée. Connectez-vous à nouveau.",
  offline: "Le serveur ne répond pas. Vérifiez la connexion et réessayez.",
  operations: "Opérations",
  search: "Chercher une opération",
  sendPictures: "Envoyer des photos",
  choosePictures: "Choisir des fichiers…",
  sending: "Envoi…",
  picturesHint: "JPEG, PNG, WebP ou SVG. Recopiez l’identifiant dans « uploadIds », « uploadId » ou le champ semblable d’une opération, dans les 24 heures.",
  nothing: "Aucune opération ne correspond.",
  administrator: "administrateur",
  staff: "personnel",
  client: "client",
  fillIn: (names: string) =>
    `Rien n'a été envoyé : remplacez d'abord ${names} dans les variables. Les identifiants et les versions se lisent dans les listes (par exemple « Chercher un client »).`,
  listening: "à l'écoute",
  reconnecting: "connexion interrompue, nouvel essai…",
  completed: "terminé par le serveur",
};

const en: typeof fr = {
  title: "Staff console",
  intro: "Sign in with your Belle House account.",
  email: "E-mail address",
  password: "Password",
  signIn: "Sign in",
  signingIn: "Signing in…",
  visitor: "Go on without an account",
  visitorHint: "Without an account only public data answers, and the documentation stays hidden.",
  visitorName: "visitor",
  memory: "The session lives in this tab: closing or reloading it signs you out.",
  signOut: "Sign out",
  changePassword: "Change password",
  mustChange: "Your password is temporary. Choose your own to go on.",
  currentPassword: "Present password",
  newPassword: "New password",
  newPasswordHint: "8 to 128 characters, hard to guess. Your other devices will be signed out.",
  save: "Save",
  cancel: "Cancel",
  passwordChanged: "The password is changed.",
  notStaff: "This account is not a staff account: the documentation and most operations are closed to it.",
  ended: "Your session is over. Sign in again.",
  offline: "The server does not answer. Check the connection and try again.",
  operations: "Operations",
  search: "Search operations",
  sendPictures: "Send pictures",
  choosePictures: "Choose files…",
  sending: "Sending…",
  picturesHint: "JPEG, PNG, WebP or SVG. Copy the id into \"uploadIds\", \"uploadId\" or the like of an operation, within 24 hours.",
  nothing: "No operation matches.",
  administrator: "administrator",
  staff: "staff",
  client: "client",
  fillIn: (names: string) =>
    `Nothing was sent: replace ${names} in the variables first. Ids and versions are in the lists (for example "Search clients").`,
  listening: "listening",
  reconnecting: "connection lost, trying again…",
  completed: "ended by the server",
};

export type Texts = typeof fr;
const texts: Record<Language, Texts> = { fr, en };

// The language is the one thing the console itself remembers on this machine.
const KEY = "belle-house:language";
let language: Language = localStorage.getItem(KEY) === "en" ? "en" : "fr";
const listeners = new Set<() => void>();

export const currentLanguage = (): Language => language;
export const currentTexts = (): Texts => texts[language];

export function chooseLanguage(chosen: Language): void {
  language = chosen;
  localStorage.setItem(KEY, chosen);
  document.documentElement.lang = chosen;
  for (const listener of listeners) listener();
}

export function onLanguageChange(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}
