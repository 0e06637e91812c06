//! Addresses of videos on YouTube and Vimeo, in the forms in which people copy them.
//!
//! Nothing is fetched: whether the video exists is seen by whoever plays it. What comes out is built from the id
//! alone, so that an address which looks like a video can't carry anything else into a page.

use url::Url;

use crate::message;
use crate::messages::Message;
use crate::text::one_line;

/// Where a video is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum VideoProvider {
    /// youtube.com
    YouTube,
    /// vimeo.com
    Vimeo,
}

/// A video that can be embedded in a page.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct VideoLink {
    /// Who plays it.
    pub provider: VideoProvider,
    /// The provider's own name for it: 11 letters, digits, `-` or `_` on YouTube, a number on Vimeo.
    pub id: String,
    /// The key of a Vimeo video that isn't listed: without it, it can't be played.
    pub private_hash: Option<String>,
}

/// Why an address was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum VideoLinkError {
    /// No web address at all.
    #[error("it is no web address")]
    NotAnAddress,
    /// Somewhere else.
    #[error("it leads to another site")]
    OtherSite,
    /// A channel, a playlist, a search.
    #[error("it is no single video")]
    NoVideo,
}

impl From<VideoLinkError> for Message {
    fn from(error: VideoLinkError) -> Self {
        match error {
            VideoLinkError::NotAnAddress => message!("video-not-an-address"),
            VideoLinkError::OtherSite => message!("video-of-another-site"),
            VideoLinkError::NoVideo => message!("video-not-single"),
        }
    }
}

impl VideoLink {
    /// Understands the address of one video: `youtube.com` (`watch`, `embed`, `shorts`, `live`, `v`), `youtu.be`,
    /// `youtube-nocookie.com`, `vimeo.com` (with or without channel, group, showcase, private key) and
    /// `player.vimeo.com`, with or without `https://`.
    ///
    /// # Errors
    /// [`VideoLinkError`].
    pub fn parse(text: &str) -> Result<Self, VideoLinkError> {
        let text = one_line(text);
        let text = text.as_str();
        let url = if text.contains("://") {
            Url::parse(text)
        } else {
            Url::parse(&format!("https://{}", text.trim_start_matches("//")))
        }
        .map_err(|_| VideoLinkError::NotAnAddress)?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(VideoLinkError::NotAnAddress);
        }
        let host = url.host_str().ok_or(VideoLinkError::NotAnAddress)?;
        // A name before the host or another port is how an address pretends to be elsewhere.
        if !url.username().is_empty() || url.password().is_some() || url.port().is_some() {
            return Err(VideoLinkError::OtherSite);
        }
        let host = host.trim_end_matches('.');
        let path: Vec<&str> = url
            .path_segments()
            .into_iter()
            .flatten()
            .filter(|part| !part.is_empty())
            .collect();
        match host {
            "youtube.com"
            | "www.youtube.com"
            | "m.youtube.com"
            | "music.youtube.com"
            | "youtube-nocookie.com"
            | "www.youtube-nocookie.com" => {
                let id = match path.as_slice() {
                    ["watch"] => parameter(&url, "v"),
                    ["embed" | "shorts" | "live" | "v" | "e" | "watch", id, ..] => Some((*id).to_owned()),
                    _ => None,
                };
                Self::youtube(id)
            }
            "youtu.be" | "www.youtu.be" => Self::youtube(path.first().map(|id| (*id).to_owned())),
            "vimeo.com" | "www.vimeo.com" | "player.vimeo.com" => Self::vimeo(&url, &path),
            _ if host.contains('.') => Err(VideoLinkError::OtherSite),
            _ => Err(VideoLinkError::NotAnAddress),
        }
    }

    fn youtube(id: Option<String>) -> Result<Self, VideoLinkError> {
        let id = id
            .filter(|id| id != "videoseries" && is_youtube_id(id))
            .ok_or(VideoLinkError::NoVideo)?;
        Ok(Self {
            provider: VideoProvider::YouTube,
            id,
            private_hash: None,
        })
    }

    fn vimeo(url: &Url, path: &[&str]) -> Result<Self, VideoLinkError> {
        let (id, in_path) = match path {
            ["video", id] | ["channels", _, id] | ["ondemand", _, id] => (*id, None),
            ["groups", _, "videos", id] | ["manage", "videos", id] => (*id, None),
            ["album" | "showcase", _, "video", id] => (*id, None),
            ["manage", "videos", id, hash] => (*id, Some(*hash)),
            [id] => (*id, None),
            [id, hash] => (*id, Some(*hash)),
            _ => return Err(VideoLinkError::NoVideo),
        };
        let numeric = !id.is_empty() && id.len() <= 15 && id.bytes().all(|byte| byte.is_ascii_digit());
        let hash = in_path.map(str::to_owned).or_else(|| parameter(url, "h"));
        if !numeric || hash.as_deref().is_some_and(|hash| !is_vimeo_hash(hash)) {
            return Err(VideoLinkError::NoVideo);
        }
        Ok(Self {
            provider: VideoProvider::Vimeo,
            id: id.to_owned(),
            private_hash: hash,
        })
    }

    /// The address to watch it at, one for each video: what is stored and compared.
    #[must_use]
    pub fn watch_url(&self) -> String {
        match (self.provider, &self.private_hash) {
            (VideoProvider::YouTube, _) => format!("https://www.youtube.com/watch?v={}", self.id),
            (VideoProvider::Vimeo, None) => format!("https://vimeo.com/{}", self.id),
            (VideoProvider::Vimeo, Some(hash)) => format!("https://vimeo.com/{}/{hash}", self.id),
        }
    }

    /// What an `iframe` shows: the variants that set no cookies before the visitor plays.
    #[must_use]
    pub fn embed_url(&self) -> String {
        match (self.provider, &self.private_hash) {
            (VideoProvider::YouTube, _) => format!("https://www.youtube-nocookie.com/embed/{}", self.id),
            (VideoProvider::Vimeo, None) => format!("https://player.vimeo.com/video/{}?dnt=1", self.id),
            (VideoProvider::Vimeo, Some(hash)) => {
                format!("https://player.vimeo.com/video/{}?h={hash}&dnt=1", self.id)
            }
        }
    }

    /// A still of the video, 480 pixels wide on YouTube, which every video has. Vimeo itself has no address that
    /// could be told from the id; vumbnail.com forwards to Vimeo's picture.
    #[must_use]
    pub fn thumbnail_url(&self) -> String {
        match self.provider {
            VideoProvider::YouTube => format!("https://i.ytimg.com/vi/{}/hqdefault.jpg", self.id),
            VideoProvider::Vimeo => format!("https://vumbnail.com/{}.jpg", self.id),
        }
    }
}

fn parameter(url: &Url, name: &str) -> Option<String> {
    url.query_pairs()
        .find(|(key, _)| key == name)
        .map(|(_, value)| value.into_owned())
}

fn is_youtube_id(id: &str) -> bool {
    id.len() == 11
        && id
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_')
}

fn is_vimeo_hash(hash: &str) -> bool {
    (6..=40).contains(&hash.len()) && hash.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn youtube_in_all_its_forms() {
        for address in [
            "https://www.youtube.com/watch?v=dQw4w9WgXcQ",
            "http://youtube.com/watch?feature=share&v=dQw4w9WgXcQ&t=42s",
            "https://m.youtube.com/watch?v=dQw4w9WgXcQ&list=PL1234",
            "https://music.youtube.com/watch?v=dQw4w9WgXcQ",
            "https://youtu.be/dQw4w9WgXcQ?si=abc",
            "youtu.be/dQw4w9WgXcQ",
            "www.youtube.com/watch?v=dQw4w9WgXcQ",
            "//www.youtube.com/embed/dQw4w9WgXcQ",
            "https://www.youtube.com/embed/dQw4w9WgXcQ?start=3",
            "https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ",
            "https://www.youtube.com/shorts/dQw4w9WgXcQ",
            "https://www.youtube.com/live/dQw4w9WgXcQ?feature=share",
            "https://www.youtube.com/v/dQw4w9WgXcQ",
            "  HTTPS://WWW.YOUTUBE.COM/watch?v=dQw4w9WgXcQ#t=1 ",
        ] {
            let link = VideoLink::parse(address).unwrap_or_else(|error| panic!("{address}: {error:?}"));
            assert_eq!(
                (link.provider, link.id.as_str()),
                (VideoProvider::YouTube, "dQw4w9WgXcQ")
            );
            assert_eq!(link.watch_url(), "https://www.youtube.com/watch?v=dQw4w9WgXcQ");
            assert_eq!(
                link.embed_url(),
                "https://www.youtube-nocookie.com/embed/dQw4w9WgXcQ"
            );
            assert_eq!(
                link.thumbnail_url(),
                "https://i.ytimg.com/vi/dQw4w9WgXcQ/hqdefault.jpg"
            );
            assert_eq!(VideoLink::parse(&link.watch_url()).unwrap(), link);
            assert_eq!(VideoLink::parse(&link.embed_url()).unwrap(), link);
        }
    }

    #[test]
    fn vimeo_in_all_its_forms() {
        for address in [
            "https://vimeo.com/76979871",
            "vimeo.com/76979871?share=copy",
            "https://www.vimeo.com/76979871/",
            "https://vimeo.com/channels/staffpicks/76979871",
            "https://vimeo.com/groups/name/videos/76979871",
            "https://vimeo.com/showcase/1234/video/76979871",
            "https://vimeo.com/album/1234/video/76979871",
            "https://player.vimeo.com/video/76979871",
            "https://vimeo.com/manage/videos/76979871",
        ] {
            let link = VideoLink::parse(address).unwrap_or_else(|error| panic!("{address}: {error:?}"));
            assert_eq!(
                (link.provider, link.id.as_str()),
                (VideoProvider::Vimeo, "76979871")
            );
            assert_eq!(link.private_hash, None);
            assert_eq!(link.watch_url(), "https://vimeo.com/76979871");
            assert_eq!(link.embed_url(), "https://player.vimeo.com/video/76979871?dnt=1");
            assert_eq!(link.thumbnail_url(), "https://vumbnail.com/76979871.jpg");
        }
        for address in [
            "https://vimeo.com/76979871/8272103f6e",
            "https://player.vimeo.com/video/76979871?h=8272103f6e&title=0",
            "https://vimeo.com/76979871?h=8272103f6e",
        ] {
            let link = VideoLink::parse(address).unwrap();
            assert_eq!(link.private_hash.as_deref(), Some("8272103f6e"));
            assert_eq!(link.watch_url(), "https://vimeo.com/76979871/8272103f6e");
            assert_eq!(
                link.embed_url(),
                "https://player.vimeo.com/video/76979871?h=8272103f6e&dnt=1"
            );
            assert_eq!(VideoLink::parse(&link.embed_url()).unwrap(), link);
        }
    }

    #[test]
    fn everything_else_is_told_what_is_wrong() {
        use VideoLinkError::{NoVideo, NotAnAddress, OtherSite};
        for (address, error) in [
            ("", NotAnAddress),
            ("bonjour", NotAnAddress),
            ("javascript:alert(1)", NotAnAddress),
            (
                "javascript://youtube.com/watch?v=dQw4w9WgXcQ%0aalert(1)",
                NotAnAddress,
            ),
            ("file:///etc/passwd", NotAnAddress),
            ("https://dailymotion.com/video/x7", OtherSite),
            ("https://youtube.com.mal.example/watch?v=dQw4w9WgXcQ", OtherSite),
            ("https://notyoutube.com/watch?v=dQw4w9WgXcQ", OtherSite),
            ("https://youtube.com@mal.example/watch?v=dQw4w9WgXcQ", OtherSite),
            ("https://mal@youtube.com/watch?v=dQw4w9WgXcQ", OtherSite),
            ("https://youtube.com:8443/watch?v=dQw4w9WgXcQ", OtherSite),
            ("https://www.youtube.com/", NoVideo),
            ("https://www.youtube.com/@bellehouse", NoVideo),
            ("https://www.youtube.com/playlist?list=PL123", NoVideo),
            ("https://www.youtube.com/embed/videoseries?list=PL123", NoVideo),
            ("https://www.youtube.com/watch?v=tooshort", NoVideo),
            ("https://www.youtube.com/watch?v=dQw4w9WgX\"<", NoVideo),
            ("https://youtu.be/", NoVideo),
            ("https://vimeo.com/bellehouse", NoVideo),
            ("https://vimeo.com/76979871/<script>", NoVideo),
            ("https://player.vimeo.com/video/76979871?h=%22onload", NoVideo),
        ] {
            assert_eq!(VideoLink::parse(address), Err(error), "{address}");
        }
    }
}
